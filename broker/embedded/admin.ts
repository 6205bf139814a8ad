import { RecordLogError } from "../record-log.ts";
import type {
  Admin,
  NewTopic,
  PartitionOffsets,
  TopicDescription,
  TopicPartition,
  TopicPartitionOffset,
} from "../record-log.ts";
import type { Store } from "./store.ts";

export class EmbeddedAdmin implements Admin {
  readonly #store: Store;
  readonly #hasMembers: (groupId: string) => boolean;

  constructor(store: Store, hasMembers: (groupId: string) => boolean) {
    this.#store = store;
    this.#hasMembers = hasMembers;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    return topics.filter((topic) => this.#store.createTopic(topic)).map(({ topic }) => topic);
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#store.deleteTopic(topic);
  }

  async listTopics(): Promise<readonly string[]> {
    this.#look();
    return this.#store.topics().map(({ name }) => name);
  }

  async describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    this.#look();
    return topics.flatMap((name) => {
      const topic = this.#store.topic(name);
      if (!topic) return [];
      return [{ topic: name, partitions: topic.heads.length, config: topic.config }];
    });
  }

  async offsets(name: string): Promise<readonly PartitionOffsets[]> {
    this.#look();
    const topic = this.#store.topic(name);
    if (!topic) throw new RecordLogError("TOPIC_UNKNOWN", `Topic ${name} does not exist`);
    return topic.heads.map((latest, partition) => ({
      topic: name,
      partition,
      earliest: this.#store.startOf(topic, partition),
      latest,
    }));
  }

  async groupOffsets(groupId: string): Promise<readonly TopicPartitionOffset[]> {
    return this.#store.groupOffsets(groupId);
  }

  async alterGroupOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Promise<void> {
    this.#ensureNoMembers(groupId);
    const groupOffsets = offsets.map((position) => ({ ...position, groupId }));
    await this.#store.write({ records: [], groupOffsets });
  }

  async deleteGroup(groupId: string): Promise<void> {
    this.#ensureNoMembers(groupId);
    this.#store.deleteGroup(groupId);
  }

  #ensureNoMembers(groupId: string): void {
    if (!this.#hasMembers(groupId)) return;
    throw new RecordLogError("GROUP_NOT_EMPTY", `Group ${groupId} has members`);
  }

  #look(): void {
    if (this.#store.settings.isReadOnly) this.#store.loadTopics();
  }
}
