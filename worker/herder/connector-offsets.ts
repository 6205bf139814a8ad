import type {
  Connector,
  Props,
  SinkConnector,
  SourceConnector,
  SourceOffset,
  SourcePartition,
} from "#connect-api";
import { RecordLogError } from "#broker";
import { errorMessage } from "../logging/index.ts";
import { HerderError } from "./herder.ts";
import type { ConnectorOffset } from "./herder.ts";
import type { WorkerContext } from "./worker-context.ts";

const groupOf = (name: string, config: Props): string =>
  config["consumer.override.group.id"] ?? `connect-${name}`;

/** The offsets of a connector: a consumer group's for a sink, the stored ones for a source. */
export async function readOffsets(
  context: WorkerContext,
  name: string,
  kind: "source" | "sink" | "unknown",
): Promise<readonly ConnectorOffset[]> {
  if (kind !== "sink") return context.offsets.list(name);
  const config = context.configs.config(name) ?? {};
  const offsets = await context.log.admin.groupOffsets(groupOf(name, config));
  return offsets.map(({ topic, partition, offset }) => ({
    partition: { kafka_topic: topic, kafka_partition: partition },
    offset: { kafka_offset: offset },
  }));
}

/**
 * Changes offsets of a connector that is stopped, or removes them; returns what is said about it. Throws HerderError
 * with Kafka's texts.
 */
export async function changeOffsets(
  context: WorkerContext,
  name: string,
  config: Props,
  offsets: readonly ConnectorOffset[],
  done: "altered" | "reset",
): Promise<string> {
  const plugin = context.plugins.connector(
    config["connector.class"] ?? "",
    config["connector.plugin.version"],
  );
  const change = plugin.kind === "sink" ? alterSinkOffsets : alterSourceOffsets;
  const isAccepted = await change(context, name, config, new plugin.create(), offsets);
  return isAccepted
    ? `The offsets for this connector have been ${done} successfully`
    : `The Connect framework-managed offsets for this connector have been ${done} successfully. However, if this connector manages offsets externally, they will need to be manually ${done} in the system that the connector uses.`;
}

/** Throws HerderError 400 unless the connector is stopped and has no task any more. */
export function requireStopped({ configs }: WorkerContext, name: string): void {
  if (configs.targetState(name) === "STOPPED" && configs.taskConfigs(name).length === 0) return;
  throw new HerderError(
    400,
    `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
  );
}

type Change = (
  context: WorkerContext,
  name: string,
  config: Props,
  connector: Connector,
  offsets: readonly ConnectorOffset[],
) => Promise<boolean>;

/** Returns what the plug-in's alterOffsets said. Throws HerderError with Kafka's texts. */
const alterSinkOffsets: Change = async (context, name, config, connector, offsets) => {
  const positions = offsets.map(sinkPosition);
  let isAccepted: boolean;
  try {
    isAccepted = await (connector as SinkConnector).alterOffsets(config, positions);
    await context.log.admin.alterGroupOffsets(groupOf(name, config), positions);
  } catch (error) {
    if (error instanceof RecordLogError && error.code === "GROUP_NOT_EMPTY") {
      throw new HerderError(
        500,
        `Failed to alter consumer group offsets for connector ${name} either because its tasks haven't stopped completely yet or the connector was resumed before the request to alter its offsets could be successfully completed. If the connector is in a stopped state, this operation can be safely retried.`,
      );
    }
    throw new HerderError(
      500,
      error instanceof RecordLogError
        ? `Failed to alter consumer group offsets for connector ${name}: ${error.message}`
        : errorMessage(error),
      { cause: error },
    );
  }
  return isAccepted;
};

function sinkPosition({ partition, offset }: ConnectorOffset) {
  if (!partition) {
    throw bad("The partition for a sink connector offset cannot be null or missing");
  }
  if (!("kafka_topic" in partition) || !("kafka_partition" in partition)) {
    throw bad(
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    );
  }
  const { kafka_topic: topic, kafka_partition: number } = partition;
  if (topic === null) throw bad("Kafka topic names must be valid strings and may not be null");
  if (number === null) throw bad("Kafka partitions must be valid numbers and may not be null");
  const partitionNumber = integer(number);
  if (partitionNumber === undefined) {
    throw bad(
      `Failed to parse the following Kafka partition value in the provided offsets: '${shown(number)}'. Partition values for sink connectors need to be integers.`,
    );
  }
  if (offset === null) return { topic: String(topic), partition: partitionNumber, offset: null };
  if (!("kafka_offset" in offset)) {
    throw bad(
      "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
    );
  }
  const next = integer(offset["kafka_offset"]);
  if (next === undefined) {
    throw bad(
      `Failed to parse the following Kafka offset value in the provided offsets: '${shown(offset["kafka_offset"])}'. Offset values for sink connectors need to be integers.`,
    );
  }
  return { topic: String(topic), partition: partitionNumber, offset: next };
}

const alterSourceOffsets: Change = async (context, name, config, connector, offsets) => {
  const changes = new Map<SourcePartition, SourceOffset | null>();
  // A partition that is null is the plug-in's to refuse, as in Kafka.
  for (const { partition, offset } of offsets) changes.set(partition as SourcePartition, offset);
  for (const map of [...changes.keys(), ...changes.values()]) {
    for (const [field, value] of Object.entries(map ?? {})) {
      if (typeof value !== "object" || value === null) continue;
      throw new HerderError(
        500,
        `Offsets may only contain primitive types as values, but field ${field} contains ${Array.isArray(value) ? "ARRAY" : "MAP"}`,
      );
    }
  }
  try {
    const isAccepted = await (connector as SourceConnector).alterOffsets(config, changes);
    const known = [...changes].filter(([partition]) => (partition as unknown) !== null);
    await context.offsets.put(name, known);
    return isAccepted;
  } catch (error) {
    throw new HerderError(500, errorMessage(error), { cause: error });
  }
};

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function integer(value: unknown): number | undefined {
  const text = String(value).trim();
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function bad(message: string): HerderError {
  return new HerderError(400, message);
}
