import { DataError, Headers, NO_METRICS, STRING_SCHEMA, Transformation } from "#connect-api";
import type { ConnectRecord, Header, PluginMetrics, Props } from "#connect-api";
import { Hl7ParseError, parseMessage } from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import {
  FHIR_PROFILE,
  ID_NAMESPACE,
  LOCAL_WAYS,
  LOCAL_WAYS_FILE,
  TIME_ZONE,
  TOPIC_PREFIX,
  configDef,
} from "./config.ts";
import type { ConversionOptions, Made } from "./conversion.ts";
import { convertLocally } from "./local/index.ts";
import type { LocalWays } from "./local/index.ts";
import { localWaysOf } from "./local-ways-config.ts";
import { countFields } from "./report.ts";
import type { FieldCounts } from "./report.ts";

/** Headers of the raw record that hold for what is made of it too. */
const KEPT: ReadonlySet<string> = new Set([
  "source-system",
  "event-time",
  "message-type",
  "trigger-event",
  "message-control-id",
]);

/**
 * Turns an HL7 v2 message into FHIR R4: one record per resource.
 *
 * The value is a plain object for a schemaless JSON converter; decimals keep their digits. The key is that of the
 * incoming record, so that raw and FHIR records of a patient share a partition; only the prior patient of a merge
 * has its own. Throws DataError for what cannot be converted.
 */
export class Hl7v2ToFhir extends Transformation {
  override readonly version = "1.0.0";
  #prefix = "";
  #options: Omit<ConversionOptions, "receivedAt"> = { timeZone: "UTC" };
  #ways: LocalWays | undefined;
  #metrics: PluginMetrics = NO_METRICS;

  config() {
    return configDef;
  }
  override withPluginMetrics(metrics: PluginMetrics): void {
    this.#metrics = metrics;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#prefix = config[TOPIC_PREFIX];
    this.#options = {
      timeZone: config[TIME_ZONE],
      profile: config[FHIR_PROFILE] === "us-core" ? "us-core" : "r4",
      idNamespace: config[ID_NAMESPACE],
    };
    this.#ways = localWaysOf(config[LOCAL_WAYS], config[LOCAL_WAYS_FILE]);
  }

  apply<R extends ConnectRecord>(record: R): R | readonly R[] {
    // A tombstone holds no message to convert; it passes through unchanged.
    if (record.value === null) return record;
    const receivedAt = new Date(record.timestamp ?? 0).toISOString();
    const options = { ...this.#options, receivedAt };
    const result = convertLocally(parse(record.value), options, this.#ways);
    if ("problem" in result) throw new DataError(result.problem, result.text);
    const counts = countFields(result.conversion.message, result.conversion);
    this.#count(counts, result.structure);
    const headers = fhirHeaders(record.headers, counts);
    return result.made.map((made) => this.#recordOf(made, record, headers));
  }

  /** Fields by what became of them, and by the message's structure, of which there are a few dozen. */
  #count(counts: FieldCounts, structure: string): void {
    for (const outcome of ["mapped", "ignored", "unmapped"] as const) {
      this.#metrics
        .counter(
          "hl7-fields-total",
          "Filled fields of HL7 v2 messages, by what became of them in FHIR",
          { outcome, structure },
        )
        .add(counts[outcome]);
    }
  }

  #recordOf<R extends ConnectRecord>({ resource, key }: Made, record: R, headers: Headers): R {
    return record.with({
      topic: this.#prefix + resource.resourceType.toLowerCase(),
      partition: null,
      ...(key === undefined ? {} : { key }),
      valueSchema: null,
      value: resource,
      headers,
    });
  }
}

function parse(value: unknown): Message {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    throw new DataError(
      "HL7_VALUE_INVALID",
      "The record's value is neither bytes nor text; use ByteArrayConverter for raw messages",
    );
  }
  try {
    return parseMessage(value);
  } catch (cause) {
    if (!(cause instanceof Hl7ParseError)) throw cause;
    throw new DataError(cause.code, cause.message, { cause });
  }
}

/** `hl7.unmapped-fields` says how many filled fields of the message made nothing; the report says which. */
function fhirHeaders(headers: Headers, { unmapped }: FieldCounts): Headers {
  const own = [
    ["content-type", "application/fhir+json"],
    ["fhir-version", "R4"],
    ["hl7.unmapped-fields", String(unmapped)],
  ] as const;
  return new Headers([
    ...own.map(([key, value]): Header => ({ key, schema: STRING_SCHEMA, value })),
    ...[...headers].filter(({ key }) => KEPT.has(key)),
  ]);
}
