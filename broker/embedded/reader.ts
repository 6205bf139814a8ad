import { RecordLogError } from "../record-log.ts";
import type { LogRecord, Reader, ReaderOptions } from "../record-log.ts";
import type { Store, Topic } from "./store.ts";
import { waitFor } from "./waiting.ts";

const POLL_RECORDS = 500;
/** How often a reader in another process looks for new records. */
const LOOK_AGAIN_MS = 100;

export class EmbeddedReader implements Reader {
  readonly #store: Store;
  readonly #name: string;
  /** Next offset by partition. */
  readonly #positions: Map<number, number>;

  constructor(store: Store, options: ReaderOptions) {
    this.#store = store;
    this.#name = options.topic;
    const topic = this.#topic();
    this.#positions = new Map(
      options.from
        ? options.from.map(({ partition, offset }) => [partition, offset])
        : topic.heads.map((_, partition) => [partition, store.startOf(topic, partition)]),
    );
  }

  async poll(timeoutMs: number, signal?: AbortSignal): Promise<readonly LogRecord[]> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const records = this.#fetch();
      const left = deadline - performance.now();
      if (records.length > 0 || left <= 0 || signal?.aborted) return records;
      const pause = this.#store.settings.isReadOnly ? Math.min(left, LOOK_AGAIN_MS) : left;
      await waitFor((wake) => this.#store.listen(wake), pause, signal);
    }
  }

  #fetch(): LogRecord[] {
    const topic = this.#topic();
    const records: LogRecord[] = [];
    for (const [partition, from] of this.#positions) {
      const head = topic.heads[partition] ?? 0;
      if (from >= head || records.length >= POLL_RECORDS) continue;
      const found = this.#store.read(topic, partition, from, POLL_RECORDS - records.length);
      const last = found.at(-1);
      this.#positions.set(partition, last ? last.offset + 1 : head);
      records.push(...found);
    }
    return records;
  }

  async isAtEnd(): Promise<boolean> {
    const { heads } = this.#topic();
    return [...this.#positions].every(([partition, next]) => next >= (heads[partition] ?? 0));
  }

  async close(): Promise<void> {
    this.#positions.clear();
  }

  #topic(): Topic {
    if (this.#store.settings.isReadOnly) this.#store.loadTopics();
    const topic = this.#store.topic(this.#name);
    if (!topic) throw new RecordLogError("TOPIC_UNKNOWN", `Topic ${this.#name} does not exist`);
    return topic;
  }
}
