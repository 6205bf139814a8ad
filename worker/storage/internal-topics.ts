import { ConfigError } from "#connect-api";
import type { Props } from "#connect-api";
import { RecordLogError } from "#broker";
import type { RecordLog } from "#broker";
import { withPrefix } from "../config/worker-config.ts";
import type { WorkerConfig } from "../config/worker-config.ts";

/** One of the topics in which the worker keeps what it must not forget. */
export interface InternalTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly clientId: string;
  /** Settings of the topic for when it is made, such as `min.insync.replicas`. */
  readonly config?: Readonly<Record<string, string>>;
  /** The worker's setting that names it, and what would be lost without it. */
  readonly source?: { readonly key: string; readonly holds: string };
}

const COMPACT = { "cleanup.policy": "compact" } as const;
/** Keys that say something else, or on which the worker depends. */
const OWN_KEYS = new Set(["topic", "partitions", "replication.factor", ...Object.keys(COMPACT)]);

/**
 * Topics of configs, offsets and statuses, in that order. What else stands under `config.storage.`, `offset.storage.`
 * and `status.storage.` are settings of the topic.
 *
 * Source: org.apache.kafka.connect.runtime.distributed.DistributedConfig.topicSettings.
 */
export function internalTopics(props: Props, config: WorkerConfig): readonly InternalTopic[] {
  const settingsOf = (prefix: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(withPrefix(props, `${prefix}.storage.`)).filter(([key]) => !OWN_KEYS.has(key)),
    );
  return [
    {
      topic: config["config.storage.topic"],
      partitions: 1,
      replicationFactor: config["config.storage.replication.factor"],
      clientId: "connect-configs",
      config: settingsOf("config"),
      source: { key: "config.storage.topic", holds: "connector configurations" },
    },
    {
      topic: config["offset.storage.topic"],
      partitions: config["offset.storage.partitions"],
      replicationFactor: config["offset.storage.replication.factor"],
      clientId: "connect-offsets",
      config: settingsOf("offset"),
      source: { key: "offset.storage.topic", holds: "source connector offsets" },
    },
    {
      topic: config["status.storage.topic"],
      partitions: config["status.storage.partitions"],
      replicationFactor: config["status.storage.replication.factor"],
      clientId: "connect-statuses",
      config: settingsOf("status"),
      source: { key: "status.storage.topic", holds: "connector and task statuses" },
    },
  ];
}

/**
 * Makes the topic if it is not there. One that is there has to be compacted and nothing else, or Kafka would delete
 * what is in it after a week; that of the configs has one partition, because the order of its records matters.
 *
 * Throws ConfigError otherwise. Source: TopicAdmin.verifyTopicCleanupPolicyOnlyCompact, KafkaConfigBackingStore.start.
 */
export async function ensureInternalTopic(log: RecordLog, wanted: InternalTopic): Promise<void> {
  const { topic, partitions, replicationFactor, config = {}, source } = wanted;
  const made = await log.admin.createTopics([
    { topic, partitions, replicationFactor, config: { ...config, ...COMPACT } },
  ]);
  if (made.includes(topic) || !source) return;
  const found = await describe(log, topic);
  if (!found) return;
  const policy = found.config["cleanup.policy"];
  const { key, holds } = source;
  if (policy !== undefined && policy.trim() !== COMPACT["cleanup.policy"]) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Topic '${topic}' supplied via the '${key}' property is required to have 'cleanup.policy=compact' to guarantee consistency and durability of ${holds}, but found the topic currently has 'cleanup.policy=${policy}'. Continuing would likely result in eventually losing ${holds} and problems restarting this Connect cluster in the future. Change the '${key}' property in the Connect worker configurations to use a topic with 'cleanup.policy=compact'.`,
      { key },
    );
  }
  if (key === "config.storage.topic" && found.partitions > 1) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Topic '${topic}' supplied via the '${key}' property is required to have a single partition in order to guarantee consistency of ${holds}, but found ${found.partitions} partitions.`,
      { key },
    );
  }
}

/** undefined where the worker may not ask: then nothing is known, as in Kafka. */
async function describe(log: RecordLog, topic: string) {
  try {
    return (await log.admin.describeTopics([topic]))[0];
  } catch (error) {
    if (error instanceof RecordLogError && error.code === "NOT_AUTHORIZED") return undefined;
    throw error;
  }
}
