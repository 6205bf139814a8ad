import {
  ConfigError,
  ConnectError,
  DataError,
  GOOGLE_CREDENTIALS,
  GOOGLE_DATASET,
  GOOGLE_ENDPOINT,
  GOOGLE_LOCATION,
  GOOGLE_PROJECT,
  RetriableError,
  SinkTask,
} from "#connect-api";
import type {
  ConfigValues,
  Props,
  SinkRecord,
  TopicPartition,
  TopicPartitionOffset,
} from "#connect-api";
import { Positions } from "#lib/delivery";
import type { Dispatcher, Taken } from "#lib/delivery";
import {
  GoogleCredentialsError,
  GoogleSdkMissingError,
  openHealthcare,
} from "#lib/google-healthcare";
import type { HealthcareClient } from "#lib/google-healthcare";
import {
  BUFFER_BYTES,
  BUFFER_RECORDS,
  HL7V2_STORE,
  IN_FLIGHT,
  ORDER_BY,
  REQUEST_TIMEOUT_MS,
  RETRIES_MAX,
  RETRY_BACKOFF_MAX_MS,
  RETRY_BACKOFF_MS,
  configDef,
} from "./config.ts";
import { Ingester } from "./ingester.ts";
import type { Outgoing } from "./ingester.ts";

export type Values = ConfigValues<(typeof configDef)["keys"]>;

interface Origin {
  readonly record: SinkRecord;
  readonly taken: Taken;
}

const ROOM_WAIT_MS = 2000;
const RELEASE_WAIT_MS = 10_000;

/** `projects/P/locations/L/datasets/D/hl7V2Stores/S`. */
export const storeName = (values: Values): string =>
  `projects/${values[GOOGLE_PROJECT]}/locations/${values[GOOGLE_LOCATION]}/datasets/${values[GOOGLE_DATASET]}/hl7V2Stores/${values[HL7V2_STORE]}`;

/** Google's client as the settings say. Throws ConfigError, ConnectError (package missing). */
export async function clientOf(values: Values): Promise<HealthcareClient> {
  try {
    return await openHealthcare({
      endpoint: values[GOOGLE_ENDPOINT] ?? undefined,
      credentials: values[GOOGLE_CREDENTIALS]?.reveal(),
      timeoutMs: values[REQUEST_TIMEOUT_MS],
    });
  } catch (error) {
    if (error instanceof GoogleCredentialsError) {
      throw new ConfigError("CONFIG_INVALID", error.message, { key: GOOGLE_CREDENTIALS });
    }
    if (error instanceof GoogleSdkMissingError) {
      throw new ConnectError("GOOGLE_SDK_MISSING", error.message, { cause: error });
    }
    throw error;
  }
}

/** Sends messages byte by byte as they are; commits only what the store has acknowledged. */
export class GoogleHl7v2StoreSinkTask extends SinkTask {
  readonly version = "1.0.0";
  #values!: Values;
  #dispatcher: Dispatcher<Outgoing<Origin>> | undefined;
  readonly #positions = new Positions();
  #failure: Error | undefined;
  #refused = (): void => {};

  async start(props: Props): Promise<void> {
    const values = configDef.parse(props);
    this.#values = values;
    const client = await clientOf(values);
    const parent = storeName(values);
    const { metrics } = this.context;
    const ingested = metrics.counter("messages-ingested-total", "Messages that the store has.");
    const refused = metrics.counter("messages-refused-total", "Messages that the store refuses.");
    const retried = metrics.counter("retries-total", "Failures that were tried again.");
    const throttled = metrics.counter("throttled-total", "Answers that asked for less.");
    this.#refused = () => refused.add();
    const { dispatcher } = new Ingester<Origin>({
      ingest: (message, signal) =>
        client.call(
          (api, options) =>
            api.projects.locations.datasets.hl7V2Stores.messages.ingest(
              {
                parent,
                requestBody: { message: { data: Buffer.from(message).toString("base64") } },
              },
              options,
            ),
          { signal },
        ),
      inFlightMax: values[IN_FLIGHT],
      retriesMax: values[RETRIES_MAX],
      backoff: { minMs: values[RETRY_BACKOFF_MS], maxMs: values[RETRY_BACKOFF_MAX_MS] },
      on: {
        done: ({ origin }) => {
          // Invariant: an offset becomes committable only here and after a report, both after the fact.
          origin.taken.open -= 1;
          ingested.add();
        },
        refused: async ({ origin }, error) => {
          await this.#refuse(origin.record, error);
          origin.taken.open -= 1;
        },
        failed: (error) => void (this.#failure = error),
        retried: () => retried.add(),
        throttled: () => throttled.add(),
      },
    });
    this.#dispatcher = dispatcher;
    metrics.gauge(
      "buffered-messages",
      "Messages that wait or are under way.",
      () => dispatcher.buffered.count,
    );
    metrics.gauge(
      "in-flight-limit",
      "Requests that may be under way at once.",
      () => dispatcher.pace.limit,
    );
  }

  override open(partitions: readonly TopicPartition[]): void {
    this.#positions.open(partitions);
  }

  override async put(records: readonly SinkRecord[], signal: AbortSignal): Promise<void> {
    if (this.#failure) throw this.#failure;
    const dispatcher = this.#dispatcher as Dispatcher<Outgoing<Origin>>;
    if (records.length === 0) return;
    const isRoom = (): boolean =>
      dispatcher.buffered.count < this.#values[BUFFER_RECORDS] &&
      dispatcher.buffered.bytes < this.#values[BUFFER_BYTES];
    if (!(await dispatcher.until(isRoom, ROOM_WAIT_MS, signal))) {
      if (this.#failure) throw this.#failure;
      throw new RetriableError(
        "HL7V2_STORE_SLOW",
        "The HL7v2 store takes less than Kafka delivers; nothing more is read until there is room",
      );
    }
    const messages: Outgoing<Origin>[] = [];
    for (const record of records) {
      const place = { topic: record.originalTopic, partition: record.originalPartition };
      if (!this.#positions.has(place)) continue;
      const taken = this.#positions.take(place.topic, place.partition, record.originalOffset);
      const message = await this.#messageOf(record);
      if (!message) continue;
      taken.open += 1;
      const key = this.#orderOf(record, message);
      messages.push({ key, message, bytes: message.length, origin: { record, taken } });
    }
    dispatcher.add(messages);
  }

  /** The bytes of the message; undefined when the record was refused, or holds none. */
  async #messageOf(record: SinkRecord): Promise<Uint8Array | undefined> {
    if (record.value === null) return undefined;
    if (record.value instanceof Uint8Array) return record.value;
    if (typeof record.value === "string") {
      // A text was decoded on its way, and bytes that were no UTF-8 are lost by then.
      throw new ConnectError(
        "HL7V2_VALUE_NOT_BYTES",
        "Messages go to the store byte by byte: set value.converter=org.apache.kafka.connect.converters.ByteArrayConverter",
      );
    }
    const message = "The record's value is no message: bytes are expected";
    await this.#refuse(record, new DataError("HL7V2_VALUE_UNREADABLE", message));
    return undefined;
  }

  #orderOf(record: SinkRecord, message: Uint8Array): string {
    const partition = `${record.originalTopic} ${record.originalPartition}`;
    switch (this.#values[ORDER_BY]) {
      case "sending-facility":
        return facilityOf(message) ?? partition;
      case "key": {
        const { key } = record;
        if (key === null) return partition;
        return key instanceof Uint8Array
          ? Buffer.from(key).toString("latin1")
          : JSON.stringify(key);
      }
      default:
        return partition;
    }
  }

  async #refuse(record: SinkRecord, error: DataError): Promise<void> {
    const reporter = this.context.errantRecordReporter;
    if (!reporter) throw error;
    await reporter.report(record, error);
    this.#refused();
  }

  override async preCommit(
    offsets: readonly TopicPartitionOffset[],
  ): Promise<readonly TopicPartitionOffset[]> {
    return this.#positions.committableOf(offsets);
  }

  override async close(partitions: readonly TopicPartition[]): Promise<void> {
    this.#positions.close(partitions);
    await this.#dispatcher?.release(
      ({ origin: { taken } }) => this.#positions.has(taken),
      RELEASE_WAIT_MS,
    );
  }

  stop(): void {
    this.#dispatcher?.close();
  }
}

/** MSH-3 and MSH-4; undefined for what is no HL7, which the store will tell. */
function facilityOf(message: Uint8Array): string | undefined {
  const text = Buffer.from(message.subarray(0, 1000)).toString("latin1");
  if (!text.startsWith("MSH")) return undefined;
  const [, , application = "", facility = ""] = text.split(text[3] ?? "|", 4);
  return `${application} ${facility}`;
}
