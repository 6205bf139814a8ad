import type { OffsetReader, SourceOffset, SourcePartition } from "#connect-api";
import type { NewRecord } from "#broker";
import { sourceConfigDef } from "../config/connector-config.ts";
import { getLogger } from "../logging/index.ts";
import { KeyedTopic } from "../storage/keyed-topic.ts";
import { OffsetStore } from "../storage/offset-store.ts";
import type { PartitionOffset } from "../storage/offset-store.ts";
import type { TaskEnvironment } from "./task-runner.ts";
import { clientSettings } from "./task-support.ts";

const log = getLogger("worker.tasks.source");

/**
 * Where a source task's offsets are: the worker's topic, or the connector's own (`offsets.storage.topic`).
 *
 * A topic of its own comes first, for reading and for writing. The worker's holds a copy, so that the offsets
 * are found when the connector gives its topic up.
 * Source: org.apache.kafka.connect.storage.ConnectorOffsetBackingStore.
 */
export class TaskOffsets {
  readonly #environment: TaskEnvironment;
  readonly #name: string | undefined;
  #topic: KeyedTopic | undefined;
  #own: OffsetStore | undefined;

  constructor(environment: TaskEnvironment) {
    this.#environment = environment;
    const { "offsets.storage.topic": name } = sourceConfigDef.parse(environment.props);
    this.#name = name === null || name === environment.offsets.topic ? undefined : name;
  }

  /** The topic that the task's transactions write offsets to. */
  get topic(): string {
    return this.#name ?? this.#environment.offsets.topic;
  }

  async open(): Promise<void> {
    const { workerConfig, connector, task } = this.#environment;
    if (this.#name === undefined) return;
    this.#topic = await KeyedTopic.open(this.#environment.log, {
      topic: this.#name,
      partitions: workerConfig["offset.storage.partitions"],
      replicationFactor: workerConfig["offset.storage.replication.factor"],
      clientId: `connector-offsets-${connector}-${task}`,
      settings: clientSettings(this.#environment, "producer"),
    });
    this.#own = new OffsetStore(this.#topic);
  }

  get reader(): OffsetReader {
    const { offsets, connector } = this.#environment;
    const shared = offsets.reader(connector);
    const own = this.#own?.reader(connector);
    if (!own) return shared;
    const merged = async (
      partitions: readonly SourcePartition[],
    ): Promise<ReadonlyMap<SourcePartition, SourceOffset | null>> => {
      const first = await own.offsets(partitions);
      const second = await shared.offsets(partitions);
      return new Map(
        partitions.map((partition) => [
          partition,
          first.get(partition) ?? second.get(partition) ?? null,
        ]),
      );
    };
    return {
      offsets: merged,
      offset: async (partition) => (await merged([partition])).get(partition) ?? null,
    };
  }

  async put(list: readonly PartitionOffset[]): Promise<void> {
    const { offsets, connector } = this.#environment;
    await (this.#own ?? offsets).put(connector, list);
    if (this.#own) await this.copy(list);
  }

  /** The records of offsets for a transaction. */
  records(list: readonly PartitionOffset[]): readonly NewRecord[] {
    const { offsets, connector } = this.#environment;
    return (this.#own ?? offsets).records(connector, list);
  }

  /** After a transaction with offsets in the connector's own topic; a copy that fails costs nothing now. */
  async copy(list: readonly PartitionOffset[]): Promise<void> {
    const { offsets, connector, task } = this.#environment;
    if (!this.#own || list.length === 0) return;
    try {
      await offsets.put(connector, list);
    } catch (error) {
      const fields = { connector, task, code: "OFFSETS_NOT_COPIED" };
      log.failure(error, fields, "Offsets were not copied to the worker's topic");
    }
  }

  async close(): Promise<void> {
    await this.#topic?.close();
  }
}
