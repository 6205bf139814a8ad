import { deflateSync, inflateSync } from "node:zlib";
import { RegistryError } from "../registry-error.ts";
import type { RegisteredSchema, SchemaKey } from "../registry.ts";
import { uuidBytes, uuidText } from "../guid.ts";

/** Raw headers of a log record, in order; a writer may append. */
export type RawHeaders = [key: string, value: Uint8Array | null][];
export type RecordPart = "key" | "value";

/**
 * How the schema is named in the record.
 *
 *   confluent         00, schema id (int32 BE), data
 *   confluent-v1      01, content GUID (16 bytes), data
 *   confluent-header  header __value_schema_id = 01 + GUID; the value is bare data
 *   apicurio-8        00, global id (int64 BE), data (Apicurio 2)
 *   apicurio-header   header apicurio.value.contentId or .globalId (int64 BE); the value is bare data
 *   glue, glue-zlib   03, 00 or 05, schema version id (16 bytes), data or its zlib stream
 *
 * Apicurio 3 writes content ids as `confluent` does.
 */
export const WIRE_FORMATS = [
  "confluent",
  "confluent-v1",
  "confluent-header",
  "apicurio-8",
  "apicurio-header",
  "glue",
  "glue-zlib",
] as const;
export type WireFormat = (typeof WIRE_FORMATS)[number];

/** What a leading zero stands for, where the bytes alone do not tell. */
export type ZeroPrefix = "id" | "contentId" | "globalId-4" | "globalId-8" | "either";

export interface Frame {
  readonly key: SchemaKey;
  readonly bytes: Uint8Array;
  /** Where the data starts in `bytes`. */
  readonly start: number;
}

/** Data of a zlib stream may be at most this long: a small record must not fill the memory. */
const INFLATED_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Finds how a record names its schema: headers first, then the first byte.
 *
 * Throws RegistryError WIRE_FORMAT_INVALID when it does not; such a record was not written through a registry.
 */
export function readFrame(
  bytes: Uint8Array,
  headers: RawHeaders | undefined,
  part: RecordPart,
  zero: ZeroPrefix,
): Frame {
  const fromHeader = headers === undefined ? undefined : headerKey(headers, part);
  if (fromHeader) return { key: fromHeader, bytes, start: 0 };
  switch (bytes[0]) {
    case 0:
      return zeroFrame(bytes, zero);
    case 1:
      if (bytes.length < 17) break;
      return { key: { kind: "guid", guid: uuidText(bytes.subarray(1, 17)) }, bytes, start: 17 };
    case 3:
      if (bytes.length < 18 || (bytes[1] !== 0 && bytes[1] !== 5)) break;
      return glueFrame(bytes);
    default:
  }
  throw new RegistryError(
    "WIRE_FORMAT_INVALID",
    `The record's ${part} does not start like one that was written through a schema registry`,
  );
}

function zeroFrame(bytes: Uint8Array, zero: ZeroPrefix): Frame {
  if (bytes.length < 5) throw tooShort();
  const view = viewOf(bytes);
  const isLong =
    zero === "globalId-8" || (zero === "either" && bytes.length >= 9 && view.getInt32(1) === 0);
  if (!isLong) {
    const kind = zero === "globalId-4" ? "globalId" : "id";
    return { key: { kind, id: view.getInt32(1) }, bytes, start: 5 };
  }
  if (bytes.length < 9) throw tooShort();
  return { key: { kind: "globalId", id: Number(view.getBigInt64(1)) }, bytes, start: 9 };
}

function glueFrame(bytes: Uint8Array): Frame {
  const key = { kind: "versionId" as const, uuid: uuidText(bytes.subarray(2, 18)) };
  if (bytes[1] === 0) return { key, bytes, start: 18 };
  try {
    const data = inflateSync(bytes.subarray(18), { maxOutputLength: INFLATED_BYTES_MAX });
    return { key, bytes: data, start: 0 };
  } catch {
    throw new RegistryError("WIRE_FORMAT_INVALID", "The compressed part of the record is damaged");
  }
}

function headerKey(headers: RawHeaders, part: RecordPart): SchemaKey | undefined {
  for (let index = headers.length - 1; index >= 0; index -= 1) {
    const [name, value] = headers[index] as RawHeaders[number];
    if (!value) continue;
    if (name === `__${part}_schema_id`) {
      if (value[0] === 1 && value.length >= 17) {
        return { kind: "guid", guid: uuidText(value.subarray(1, 17)) };
      }
      if (value[0] === 0 && value.length >= 5) {
        return { kind: "id", id: viewOf(value).getInt32(1) };
      }
      throw new RegistryError("WIRE_FORMAT_INVALID", `The header ${name} names no schema`);
    }
    if (name === `apicurio.${part}.contentId` && value.length === 8) {
      return { kind: "id", id: Number(viewOf(value).getBigInt64(0)) };
    }
    if (name === `apicurio.${part}.globalId` && value.length === 8) {
      return { kind: "globalId", id: Number(viewOf(value).getBigInt64(0)) };
    }
  }
  return undefined;
}

export interface Framing {
  /** Goes in front of the data. */
  readonly head: Uint8Array;
  /** Added to the record's headers. */
  readonly headers: RawHeaders;
  /** What becomes of head and data together. */
  finish(bytes: Uint8Array): Uint8Array;
}

const unchanged = (bytes: Uint8Array): Uint8Array => bytes;

/** How to write records of a schema. Throws RegistryError when the registry gave no id of that kind. */
export function framingOf(
  format: WireFormat,
  schema: RegisteredSchema,
  part: RecordPart,
  useId: "contentId" | "globalId" = "contentId",
): Framing {
  switch (format) {
    case "confluent": {
      const id = useId === "globalId" ? schema.globalId : schema.id;
      return { head: prefixed(0, int32(needed(id, format))), headers: [], finish: unchanged };
    }
    case "confluent-v1":
      return {
        head: prefixed(1, uuidBytes(needed(schema.guid, format))),
        headers: [],
        finish: unchanged,
      };
    case "confluent-header":
      return {
        head: new Uint8Array(),
        headers: [[`__${part}_schema_id`, prefixed(1, uuidBytes(needed(schema.guid, format)))]],
        finish: unchanged,
      };
    case "apicurio-8":
      return {
        head: prefixed(0, int64(needed(schema.globalId, format))),
        headers: [],
        finish: unchanged,
      };
    case "apicurio-header": {
      const id = useId === "globalId" ? schema.globalId : schema.id;
      const headers: RawHeaders = [[`apicurio.${part}.${useId}`, int64(needed(id, format))]];
      if (schema.schemaType === "AVRO") {
        headers.push([`apicurio.${part}.encoding`, new TextEncoder().encode("BINARY")]);
      }
      return { head: new Uint8Array(), headers, finish: unchanged };
    }
    case "glue":
    case "glue-zlib": {
      const isZlib = format === "glue-zlib";
      const uuid = uuidBytes(needed(schema.versionId, format));
      const head = new Uint8Array(18);
      head.set([3, isZlib ? 5 : 0]);
      head.set(uuid, 2);
      return { head, headers: [], finish: isZlib ? zlibBehindHead : unchanged };
    }
  }
}

function zlibBehindHead(bytes: Uint8Array): Uint8Array {
  const compressed = deflateSync(bytes.subarray(18));
  const whole = new Uint8Array(18 + compressed.length);
  whole.set(bytes.subarray(0, 18));
  whole.set(compressed, 18);
  return whole;
}

function needed<T>(id: T | undefined, format: WireFormat): T {
  if (id !== undefined) return id;
  throw new RegistryError(
    "REGISTRY_FAILED",
    `The registry gave no id that the wire format ${format} needs`,
  );
}

function prefixed(first: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + rest.length);
  bytes[0] = first;
  bytes.set(rest, 1);
  return bytes;
}

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value);
  return bytes;
}

function int64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigInt64(0, BigInt(value));
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooShort(): RegistryError {
  return new RegistryError("WIRE_FORMAT_INVALID", "The record is too short to name a schema");
}
