import { DataError, Headers, STRING_SCHEMA, Transformation } from "#connect-api";
import type { ConnectRecord, Header, Props } from "#connect-api";
import { Hl7ParseError, parseMessage } from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import { TIME_ZONE, TOPIC_PREFIX, configDef } from "./config.ts";
import { convertMessage } from "./convert.ts";
import type { Made } from "./conversion.ts";

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
  #timeZone = "";

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#prefix = config[TOPIC_PREFIX];
    this.#timeZone = config[TIME_ZONE];
  }

  apply<R extends ConnectRecord>(record: R): R | readonly R[] {
    // A tombstone holds no message to convert; it passes through unchanged.
    if (record.value === null) return record;
    const result = convertMessage(parse(record.value), {
      timeZone: this.#timeZone,
      receivedAt: new Date(record.timestamp ?? 0).toISOString(),
    });
    if ("problem" in result) throw new DataError(result.problem, result.text);
    const headers = fhirHeaders(record.headers);
    return result.made.map((made) => this.#recordOf(made, record, headers));
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

function fhirHeaders(headers: Headers): Headers {
  const own = [
    ["content-type", "application/fhir+json"],
    ["fhir-version", "R4"],
  ] as const;
  return new Headers([
    ...own.map(([key, value]): Header => ({ key, schema: STRING_SCHEMA, value })),
    ...[...headers].filter(({ key }) => KEPT.has(key)),
  ]);
}
