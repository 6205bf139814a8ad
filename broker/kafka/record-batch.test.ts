import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { encodeRecordBatch } from "./record-batch.ts";
import type { BatchRecord } from "./record-batch.ts";

// The other opinion: kafkajs's encoder, and its decoder (with headers as a list) for what its encoder cannot write.
const require = createRequire(import.meta.url);
const Record = require("kafkajs/src/protocol/recordBatch/record/v0/index.js") as (
  fields: object,
) => object;
const { RecordBatch } = require("kafkajs/src/protocol/recordBatch/v0/index.js") as {
  RecordBatch(fields: object): Promise<{ readonly buffer: Buffer }>;
};
const Decoder = require("kafkajs/src/protocol/decoder.js") as new (bytes: Buffer) => object;
const decodeBatch = require("kafkajs/src/protocol/recordBatch/v0/decoder.js") as (
  decoder: object,
) => Promise<{
  readonly records: readonly {
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly timestamp: string;
    readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
  }[];
}>;

const head = {
  producerId: "9007199254740993",
  producerEpoch: 7,
  firstSequence: 70_000,
  isTransactional: false,
  compression: 0,
};

async function byKafkaJs(records: readonly BatchRecord[], own: typeof head): Promise<Buffer> {
  const [first] = records;
  const firstTimestamp = first?.timestamp ?? 0;
  const batch = await RecordBatch({
    records: records.map(({ key, value, headers, timestamp }, index) =>
      Record({
        key,
        value,
        headers: Object.fromEntries(headers),
        offsetDelta: index,
        timestampDelta: timestamp - firstTimestamp,
      }),
    ),
    firstTimestamp,
    maxTimestamp: Math.max(...records.map(({ timestamp }) => timestamp)),
    producerId: own.producerId,
    producerEpoch: own.producerEpoch,
    firstSequence: own.firstSequence,
    transactional: own.isTransactional,
    compression: own.compression,
    lastOffsetDelta: records.length - 1,
  });
  return batch.buffer;
}

const NOW = 1_790_000_000_000;
const bytes = (length: number): Buffer => Buffer.alloc(length, "é");
const record = (own: Partial<BatchRecord> = {}): BatchRecord => ({
  key: bytes(8),
  value: bytes(100),
  headers: [],
  timestamp: NOW,
  ...own,
});

const cases: readonly (readonly [what: string, records: readonly BatchRecord[]])[] = [
  ["one record", [record()]],
  ["nothing but nulls", [record({ key: null, value: null })]],
  ["empty key and value", [record({ key: bytes(0), value: bytes(0) })]],
  [
    "lengths around where one more byte is needed",
    [63, 64, 8191, 8192, 1_048_575, 1_048_576].map((length) => record({ value: bytes(length) })),
  ],
  ["many records", Array.from({ length: 300 }, (_, index) => record({ value: bytes(index) }))],
  [
    "headers, one of them with a name beyond ASCII",
    [
      record({
        headers: [
          ["message-type", Buffer.from("ADT^A01")],
          ["größe", bytes(0)],
        ],
      }),
    ],
  ],
  [
    "times before the first one, and far behind it",
    [0, -1, 63, -65, 2 ** 31, -(2 ** 31) - 1, 2 ** 40].map((ms) => record({ timestamp: NOW + ms })),
  ],
];

for (const [what, records] of cases) {
  for (const isTransactional of [false, true]) {
    test(`a batch with ${what} has the bytes of kafkajs's (transactional: ${isTransactional})`, async () => {
      const own = { ...head, isTransactional };

      assert.deepEqual(await encodeRecordBatch(records, own), await byKafkaJs(records, own));
    });
  }
}

test("a compressed batch, and headers that are null or come again, are read as they were", async () => {
  const records = [
    record({
      headers: [
        ["a", null],
        ["b", Buffer.from("1")],
        ["b", Buffer.from("2")],
      ],
    }),
    record({ value: bytes(10_000) }),
  ];
  for (const compression of [0, 1]) {
    const batch = await encodeRecordBatch(records, { ...head, compression });

    const { records: read } = await decodeBatch(new Decoder(batch));

    assert.deepEqual(
      read.map(({ value }) => value),
      records.map(({ value }) => value),
    );
    assert.equal(read[0]?.timestamp, String(NOW));
    assert.deepEqual(
      read[0]?.headers.map(({ key, value }) => [key, value]),
      records[0]?.headers,
    );
  }
});
