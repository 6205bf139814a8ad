import { RecordLogError } from "../record-log.ts";
import type { AppendResult, NewRecord, Producer } from "../record-log.ts";
import type { Cluster } from "./internals.ts";
import { REQUEST_BYTES, REQUEST_RECORDS, sizeOf } from "./produced-records.ts";
import type { ProducerSession } from "./producer-session.ts";

interface Waiting {
  readonly records: readonly NewRecord[];
  resolve(results: readonly AppendResult[]): void;
  reject(error: unknown): void;
}

/**
 * Sends records in the order of the calls: what is handed over while a request is on its way goes
 * together in the next one. One request at a time, so a repetition cannot overtake.
 */
export class KafkaProducer implements Producer {
  readonly #session: ProducerSession;
  #queue: Waiting[] = [];
  #isSending = false;
  #isClosed = false;
  /** Whether a batch was left with an unknown fate; its numbers must not come again. */
  #needsNewId = true;

  private constructor(session: ProducerSession) {
    this.#session = session;
  }

  static async open(cluster: Cluster, session: ProducerSession): Promise<KafkaProducer> {
    try {
      await session.trying(() => cluster.connect());
      return new KafkaProducer(session);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  send(records: readonly NewRecord[]): Promise<readonly AppendResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closedError();
      this.#queue.push({ records, resolve, reject });
      if (this.#isSending) return;
      this.#isSending = true;
      setImmediate(() => void this.#drain());
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const calls = this.#nextCalls();
      try {
        await this.#request(calls);
      } catch (error) {
        // An unknown topic, say, is the fault of one call only.
        const isFault = error instanceof RecordLogError && !error.isRetriable;
        if (isFault && calls.length > 1) {
          for (const call of calls) await this.#request([call]).catch(call.reject);
        } else {
          for (const { reject } of calls) reject(error);
        }
      }
    }
    this.#isSending = false;
  }

  #nextCalls(): Waiting[] {
    let bytes = 0;
    let records = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      bytes += waiting.records.reduce((sum, record) => sum + sizeOf(record), 0);
      records += waiting.records.length;
      if (count > 0 && (bytes > REQUEST_BYTES || records > REQUEST_RECORDS)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #request(calls: readonly Waiting[]): Promise<void> {
    const outcomes = await this.#produce(calls.flatMap(({ records }) => records));
    let at = 0;
    for (const call of calls) {
      const own = outcomes.slice(at, at + call.records.length);
      at += call.records.length;
      const refusal = own.find((outcome) => outcome instanceof RecordLogError);
      if (!refusal) call.resolve(own as readonly AppendResult[]);
      // Kafka refuses a batch for one of its records, so that says nothing of those of other calls.
      else if (calls.length === 1) call.reject(refusal);
      else await this.#sendRefused(call, own);
    }
  }

  async #sendRefused(
    call: Waiting,
    outcomes: readonly (AppendResult | RecordLogError)[],
  ): Promise<void> {
    try {
      const refused = call.records.filter((_, place) => outcomes[place] instanceof RecordLogError);
      const again = [...(await this.#produce(refused))];
      const results = outcomes.map((outcome) =>
        outcome instanceof RecordLogError ? (again.shift() ?? outcome) : outcome,
      );
      const refusal = results.find((outcome) => outcome instanceof RecordLogError);
      if (refusal) call.reject(refusal);
      else call.resolve(results as readonly AppendResult[]);
    } catch (error) {
      call.reject(error);
    }
  }

  async #produce(records: readonly NewRecord[]) {
    if (records.length === 0) return [];
    if (this.#needsNewId) await this.#session.init();
    this.#needsNewId = true;
    const outcomes = await this.#session.produce(records);
    this.#needsNewId = false;
    return outcomes;
  }

  async begin(): Promise<never> {
    throw new RecordLogError("LOG_FAILED", "Only a transactional producer begins transactions");
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#queue.splice(0)) reject(closedError());
    await this.#session.close();
  }
}

function closedError(): RecordLogError {
  return new RecordLogError("CLIENT_CLOSED", "The producer is closed");
}
