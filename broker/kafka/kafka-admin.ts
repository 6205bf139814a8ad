import { setTimeout as delay } from "node:timers/promises";
import kafkajs from "kafkajs";
import type { Admin as KafkaJsAdmin } from "kafkajs";
import type {
  Admin,
  NewTopic,
  PartitionOffsets,
  TopicDescription,
  TopicPartition,
  TopicPartitionOffset,
} from "../record-log.ts";
import { kafkaErrorType, recordLogError } from "./errors.ts";
import { alterGroupOffsets } from "./group-offsets.ts";
import type { Cluster } from "./internals.ts";

/** What passes by itself: a coordinator or a leader that has just been chosen. */
const PASSING: ReadonlySet<string> = new Set([
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_FOR_PARTITION",
]);
const NOT_LED_YET: ReadonlySet<string> = new Set([
  "UNKNOWN_TOPIC_OR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_FOR_PARTITION",
]);
const LEADER_TIMEOUT_MS = 10_000;
const LEADER_PAUSE_MS = 20;
const PASSING_ATTEMPTS = 8;
const PASSING_PAUSE_MS = 100;

export class KafkaAdmin implements Admin {
  readonly #admin: KafkaJsAdmin;
  readonly #servers: string;
  readonly #connect: () => Cluster;

  /** `connect` makes connections for what kafkajs's own admin client cannot do. */
  constructor(admin: KafkaJsAdmin, servers: string, connect: () => Cluster) {
    this.#admin = admin;
    this.#connect = connect;
    this.#servers = servers;
  }

  createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    return this.#guard(async () => {
      const existing = new Set(await this.#admin.listTopics());
      const missing = topics.filter(({ topic }) => !existing.has(topic));
      if (missing.length === 0) return [];
      try {
        await this.#admin.createTopics({
          waitForLeaders: false,
          topics: missing.map(({ topic, partitions, replicationFactor, config }) => ({
            topic,
            numPartitions: partitions ?? -1,
            replicationFactor: replicationFactor ?? -1,
            configEntries: Object.entries(config ?? {}).map(([name, value]) => ({ name, value })),
          })),
        });
      } catch (error) {
        // Somebody else was faster: what was wanted is there.
        if (kafkaErrorType(error) !== "TOPIC_ALREADY_EXISTS") throw error;
      }
      await this.#untilLed(missing.map(({ topic }) => topic));
      return missing.map(({ topic }) => topic);
    });
  }

  /**
   * A KRaft controller answers before its brokers know of the topic. kafkajs would wait for leaders, but
   * takes a topic that is not known yet for a failure.
   */
  async #untilLed(topics: string[]): Promise<void> {
    const deadline = performance.now() + LEADER_TIMEOUT_MS;
    for (;;) {
      try {
        const found = await this.#admin.fetchTopicMetadata({ topics });
        const partitions = found.topics.flatMap((topic) => topic.partitions);
        if (partitions.every(({ leader }) => leader >= 0)) {
          // Only the leaders know whether they take records yet: of a request that one partition refuses,
          // kafkajs would send all partitions again.
          await Promise.all(topics.map((topic) => this.#admin.fetchTopicOffsets(topic)));
          return;
        }
      } catch (error) {
        const isPassing = NOT_LED_YET.has(kafkaErrorType(error) ?? "");
        if (!isPassing || performance.now() > deadline) throw error;
      }
      // Without a leader the first send says what is wrong; the topic itself is there.
      if (performance.now() > deadline) return;
      await delay(LEADER_PAUSE_MS);
    }
  }

  deleteTopics(topics: readonly string[]): Promise<void> {
    return this.#guard(() => this.#admin.deleteTopics({ topics: [...topics] }));
  }

  listTopics(): Promise<readonly string[]> {
    return this.#guard(async () =>
      (await this.#admin.listTopics()).filter((topic) => !topic.startsWith("__")),
    );
  }

  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    return this.#guard(async () => {
      const existing = new Set(await this.#admin.listTopics());
      const wanted = topics.filter((topic) => existing.has(topic));
      if (wanted.length === 0) return [];
      const { topics: found } = await this.#admin.fetchTopicMetadata({ topics: wanted });
      const { resources } = await this.#admin.describeConfigs({
        includeSynonyms: false,
        resources: wanted.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
      });
      return found.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.length,
        config: Object.fromEntries(
          (resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []).map(
            ({ configName, configValue }) => [configName, configValue],
          ),
        ),
      }));
    });
  }

  offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    return this.#guard(async () =>
      (await this.#admin.fetchTopicOffsets(topic))
        .map(({ partition, low, high }) => ({
          topic,
          partition,
          earliest: Number(low),
          latest: Number(high),
        }))
        .toSorted((a, b) => a.partition - b.partition),
    );
  }

  groupOffsets(groupId: string): Promise<readonly TopicPartitionOffset[]> {
    return this.#guard(async () =>
      (await this.#admin.fetchOffsets({ groupId }))
        .flatMap(({ topic, partitions }) =>
          partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
        )
        .filter(({ offset }) => offset >= 0)
        .toSorted((a, b) =>
          a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
        ),
    );
  }

  async alterGroupOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Promise<void> {
    await this.#guard(async () => {
      const { groups } = await this.#admin.describeGroups([groupId]);
      if ((groups[0]?.members.length ?? 0) > 0) throw { type: "NON_EMPTY_GROUP" };
      const cluster = this.#connect();
      try {
        await alterGroupOffsets(cluster, groupId, offsets);
      } finally {
        await cluster.disconnect();
      }
    });
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#guard(async () => {
      try {
        await this.#admin.deleteGroups([groupId]);
      } catch (error) {
        const { groups = [] } = error as { groups?: { error?: unknown }[] };
        const failure = groups[0]?.error ?? error;
        if (kafkaErrorType(failure) !== "GROUP_ID_NOT_FOUND") throw failure;
      }
    });
  }

  /** Tries again for a few seconds what a coordinator or a leader that was just chosen cannot answer yet. */
  async #guard<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        const isPassing = PASSING.has(kafkaErrorType(error) ?? "");
        if (!isPassing || attempt === PASSING_ATTEMPTS) throw recordLogError(error, this.#servers);
        await delay(PASSING_PAUSE_MS * attempt);
      }
    }
  }
}
