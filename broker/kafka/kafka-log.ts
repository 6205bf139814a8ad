import type { Admin as KafkaJsAdmin, Kafka } from "kafkajs";
import type {
  Admin,
  Consumer,
  ConsumerOptions,
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
import { KafkaProducer } from "./kafka-producer.ts";
import { KafkaReader } from "./kafka-reader.ts";

/** Connects to a cluster. Rejects with LOG_UNAVAILABLE, naming the address, when it does not answer. */
export async function openKafkaLog(settings: RecordLogSettings): Promise<RecordLog> {
  const servers = settings["bootstrap.servers"];
  const kafka = kafkaClient(settings, "clinical-connect");
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { clusterId } = await admin.describeCluster();
    return new KafkaLog(kafka, admin, servers, clusterId);
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw recordLogError(error, servers);
  }
}

class KafkaLog implements RecordLog {
  readonly clusterId: string;
  readonly admin: Admin;
  readonly #kafka: Kafka;
  readonly #kafkaAdmin: KafkaJsAdmin;
  readonly #servers: string;

  constructor(kafka: Kafka, admin: KafkaJsAdmin, servers: string, clusterId: string) {
    this.#kafka = kafka;
    this.#kafkaAdmin = admin;
    this.#servers = servers;
    this.clusterId = clusterId;
    this.admin = new KafkaAdmin(admin, servers);
  }

  producer(options: ProducerOptions): Promise<Producer> {
    return KafkaProducer.open(this.#kafka, this.#servers, options);
  }

  async consumer(options: ConsumerOptions): Promise<Consumer> {
    const consumer = new KafkaConsumer(this.#kafka, this.#servers, options);
    await consumer.connect();
    return consumer;
  }

  reader(options: ReaderOptions): Promise<Reader> {
    return KafkaReader.open(this.#kafka, this.#servers, options);
  }

  close(): Promise<void> {
    return this.#kafkaAdmin.disconnect();
  }
}
