import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { LogHeaders } from "../record-log.ts";
import { crc32c } from "./internals.ts";
import type { ProducerIdentity } from "./internals.ts";

/** A record as it is stored; `timestamp` in milliseconds since 1970. */
export interface BatchRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: LogHeaders;
  readonly timestamp: number;
}

export interface BatchHead extends ProducerIdentity {
  /** Number of the first record under this producer id. */
  readonly firstSequence: number;
  readonly isTransactional: boolean;
  /** 0 none, 1 gzip. */
  readonly compression: number;
}

const MAGIC = 2;
const TRANSACTIONAL = 16;
/** Offset, length, leader's epoch, magic and checksum stand before what the checksum covers. */
const CHECKED_FROM = 21;
const LENGTH_AT = 8;
const CHECKSUM_AT = 17;
const RECORDS_AT = 61;
const HEADER_NAMES_MAX = 1000;

const compressed = promisify(gzip);
const encoder = new TextEncoder();
const headerNames = new Map<string, Uint8Array>();

/**
 * A batch in Kafka's message format 2, at least one record. kafkajs's own encoder makes an object of each field of each record, and
 * takes ten times as long.
 *
 * Source: org.apache.kafka.common.record.DefaultRecordBatch, DefaultRecord.
 */
export async function encodeRecordBatch(
  records: readonly BatchRecord[],
  { producerId, producerEpoch, firstSequence, isTransactional, compression }: BatchHead,
): Promise<Buffer> {
  const firstTimestamp = records[0]?.timestamp ?? 0;
  const sizes = records.map((record, index) => bodySize(record, index, firstTimestamp));
  const recordsSize = sizes.reduce((sum, size) => sum + sizeOfVarInt(size) + size, 0);
  let batch = Buffer.allocUnsafe(RECORDS_AT + recordsSize);
  const writer = new RecordWriter(batch, RECORDS_AT);
  for (const [index, record] of records.entries()) {
    writer.record(record, sizes[index] ?? 0, index, firstTimestamp);
  }
  if (compression !== 0) {
    const packed = await compressed(batch.subarray(RECORDS_AT));
    batch = Buffer.concat([batch.subarray(0, RECORDS_AT), packed]);
  }
  // The offset and the leader's epoch are Kafka's to set.
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LENGTH_AT - 4, LENGTH_AT);
  batch.writeInt32BE(0, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(compression | (isTransactional ? TRANSACTIONAL : 0), CHECKED_FROM);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(firstTimestamp), 27);
  const maxTimestamp = records.reduce(
    (max, { timestamp }) => Math.max(max, timestamp),
    firstTimestamp,
  );
  batch.writeBigInt64BE(BigInt(maxTimestamp), 35);
  batch.writeBigInt64BE(BigInt(producerId.toString()), 43);
  batch.writeInt16BE(producerEpoch, 51);
  batch.writeInt32BE(firstSequence, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)), CHECKSUM_AT);
  return batch;
}

/** Bytes of a record without its length. */
function bodySize(
  { key, value, headers, timestamp }: BatchRecord,
  index: number,
  firstTimestamp: number,
): number {
  const ATTRIBUTES = 1;
  let size = ATTRIBUTES + sizeOfVarLong(timestamp - firstTimestamp) + sizeOfVarInt(index);
  size += sizeOfBytes(key) + sizeOfBytes(value) + sizeOfVarInt(headers.length);
  for (const [name, header] of headers) size += sizeOfBytes(nameBytes(name)) + sizeOfBytes(header);
  return size;
}

/** Names of headers come again with each record. */
function nameBytes(name: string): Uint8Array {
  const known = headerNames.get(name);
  if (known) return known;
  if (headerNames.size >= HEADER_NAMES_MAX) headerNames.clear();
  const bytes = encoder.encode(name);
  headerNames.set(name, bytes);
  return bytes;
}

/** Zigzag, then seven bits to a byte. */
function sizeOfVarInt(value: number): number {
  const bits = 32 - Math.clz32((value << 1) ^ (value >> 31));
  return Math.max(1, Math.ceil(bits / 7));
}

function sizeOfVarLong(value: number): number {
  if (isInt(value)) return sizeOfVarInt(value);
  let size = 1;
  for (let rest = zigzag(value) >> 7n; rest > 0n; rest >>= 7n) size += 1;
  return size;
}

const isInt = (value: number): boolean => (value | 0) === value;
const zigzag = (value: number): bigint => {
  const whole = BigInt(value);
  return whole >= 0n ? whole << 1n : (-whole << 1n) - 1n;
};

const sizeOfBytes = (bytes: Uint8Array | null): number =>
  bytes === null ? 1 : sizeOfVarInt(bytes.length) + bytes.length;

class RecordWriter {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  record(record: BatchRecord, size: number, index: number, firstTimestamp: number): void {
    this.#varInt(size);
    // Attributes: there are none yet.
    this.#bytes[this.#at++] = 0;
    this.#varLong(record.timestamp - firstTimestamp);
    this.#varInt(index);
    this.#binary(record.key);
    this.#binary(record.value);
    this.#varInt(record.headers.length);
    for (const [name, value] of record.headers) {
      this.#binary(nameBytes(name));
      this.#binary(value);
    }
  }

  #varInt(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #varLong(value: number): void {
    if (isInt(value)) return this.#varInt(value);
    let rest = zigzag(value);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  #binary(value: Uint8Array | null): void {
    if (value === null) return this.#varInt(-1);
    this.#varInt(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }
}
