import { SinkConnector, SinkTask } from "./sink.ts";
import type { Awaitable } from "./connector.ts";
import type { ConnectRecord, SinkRecord } from "./record.ts";

/**
 * A sink whose output is topics: consume → transformation chain → `process` → produce, with the
 * input offsets committed in the same transaction as the output.
 *
 * The worker converts input with `key.converter`/`value.converter` and output with
 * `output.key.converter`/`output.value.converter` (by default the same). `put` is never called.
 * Not in Kafka Connect; REST shows it with type `sink`.
 */
export abstract class TopicStreamTask extends SinkTask {
  override put(): never {
    throw new Error("The worker calls process() of a topic stream, never put()");
  }
  /** Turns a transformed batch into what is produced; by default the batch itself. */
  process(records: readonly SinkRecord[]): Awaitable<readonly ConnectRecord[]> {
    return records;
  }
}

export abstract class TopicStreamConnector extends SinkConnector {
  abstract override taskClass(): new () => TopicStreamTask;
}
