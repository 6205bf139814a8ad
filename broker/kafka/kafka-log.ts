import type { Admin as KafkaJsAdmin, Kafka } from "kafkajs";
import type {
  Admin,
  Consumer,
  ConsumerOptions,
  Membership,
  MembershipOptions,
  Producer,
  ProducerOptions,
  Reader,
  ReaderOptions,
  RecordLog,
  RecordLogSettings,
} from "../record-log.ts";
import { kafkaClient } from "./client-settings.ts";
import { recordLogError } from "./errors.ts";
import { KafkaAdmin } from "./kafka-admin.ts";
import { KafkaConsumer } from "./kafka-consumer.ts";
import { READ_COMMITTED, createCluster } from "./internals.ts";
import { KafkaMembership } from "./kafka-membership.ts";
import { KafkaProducer } from "./kafka-producer.ts";
import { KafkaReader } from "./kafka-reader.ts";
import { ProducerSession } from "./producer-session.ts";
import { SharedClusters } from "./shared-clusters.ts";
import { TransactionalProducer } from "./transactional-producer.ts";

/** A send is refused when it was tried for that many request timeouts, or that long, and the last try fails. */
const SEND_REQUESTS = 4;
const SEND_BUDGET_MAX_MS = 20_000;

/** Connects to a cluster. Rejects with LOG_UNAVAILABLE, naming the address, when it does not answer. */
export async function openKafkaLog(settings: RecordLogSettings): Promise<RecordLog> {
  const servers = settings["bootstrap.servers"];
  const kafka = kafkaClient(settings, "clinical-connect");
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { clusterId } = await admin.describeCluster();
    const requestTimeoutMs = Number(settings["request.timeout.ms"] ?? 30_000);
    return new KafkaLog(settings, kafka, admin, clusterId, requestTimeoutMs);
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw recordLogError(error, servers);
  }
}

class KafkaLog implements RecordLog {
  readonly clusterId: string;
  readonly admin: Admin;
  readonly #settings: RecordLogSettings;
  readonly #kafka: Kafka;
  readonly #kafkaAdmin: KafkaJsAdmin;
  readonly #servers: string;
  readonly #sendBudgetMs: number;
  readonly #clusters: SharedClusters;

  constructor(
    settings: RecordLogSettings,
    kafka: Kafka,
    admin: KafkaJsAdmin,
    clusterId: string,
    requestTimeoutMs: number,
  ) {
    const servers = settings["bootstrap.servers"];
    this.#settings = settings;
    this.#clusters = new SharedClusters(() =>
      createCluster(kafka, READ_COMMITTED, { allowAutoTopicCreation: true }),
    );
    this.#sendBudgetMs = Math.min(SEND_REQUESTS * requestTimeoutMs, SEND_BUDGET_MAX_MS);
    this.#kafka = kafka;
    this.#kafkaAdmin = admin;
    this.#servers = servers;
    this.clusterId = clusterId;
    this.admin = new KafkaAdmin(admin, servers, () => createCluster(kafka, READ_COMMITTED));
  }

  producer({ transactionalId, settings = {} }: ProducerOptions): Promise<Producer> {
    const { cluster, release } = this.#clusters.take();
    const session = new ProducerSession(cluster, release, {
      servers: this.#servers,
      transactionalId,
      transactionTimeoutMs: Number(settings["transaction.timeout.ms"] ?? 60_000),
      budgetMs: this.#sendBudgetMs,
      compression: settings["compression.type"] === "gzip" ? 1 : 0,
    });
    return transactionalId === undefined
      ? KafkaProducer.open(cluster, session)
      : TransactionalProducer.open(cluster, session, transactionalId);
  }

  async consumer(options: ConsumerOptions): Promise<Consumer> {
    const consumer = new KafkaConsumer(this.#as(options.clientId), this.#servers, options);
    await consumer.connect();
    return consumer;
  }

  /** A client whose brokers see that id, and no other that the settings may name for all. */
  #as(clientId: string): Kafka {
    return kafkaClient({ ...this.#settings, "client.id": clientId }, clientId);
  }

  reader(options: ReaderOptions): Promise<Reader> {
    return KafkaReader.open(this.#kafka, this.#servers, options);
  }

  async membership(options: MembershipOptions): Promise<Membership> {
    const kafka = this.#as(options.clientId);
    const connect = () => createCluster(kafka, READ_COMMITTED);
    return KafkaMembership.join(connect, this.#servers, options);
  }

  async close(): Promise<void> {
    await this.#clusters.close();
    await this.#kafkaAdmin.disconnect();
  }
}
