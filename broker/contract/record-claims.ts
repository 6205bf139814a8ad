import assert from "node:assert/strict";
import type { AppendResult } from "../record-log.ts";
import { bytes, failure, recordOf, valuesOf } from "./contract-run.ts";
import type { ContractTest } from "./contract-run.ts";

/** Keys with the murmur2 hash that Kafka's own tests give them (UtilsTest.java, testMurmur2). */
const MURMUR2: readonly (readonly [key: string, hash: number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

export const recordTests: readonly ContractTest[] = [
  {
    name: "header values are bytes and may be empty; those of one name keep their order",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      const headers = [
        ["trace", bytes("one")],
        ["trace", new Uint8Array(0)],
        ["trace", bytes("three")],
        ["binary", Uint8Array.of(0, 255, 13, 28)],
      ] as const;

      await producer.send([{ topic, key: null, value: null, headers }]);

      const [record] = await contract.contents(topic);
      assert.deepEqual(record?.headers, headers);
    },
  },
  {
    name: "a header value may be null, which is not the same as empty",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      const headers = [
        ["absent", null],
        ["empty", new Uint8Array(0)],
      ] as const;

      await producer.send([{ topic, key: null, value: null, headers }]);

      const [record] = await contract.contents(topic);
      assert.deepEqual(record?.headers, headers);
    },
  },
  {
    name: "headers keep their order also when a name comes again later",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      const headers = ["a", "b", "a", "c", "b"].map((key, at) => [key, bytes(`${at}`)] as const);

      await producer.send([{ topic, key: null, value: null, headers }]);

      const [record] = await contract.contents(topic);
      assert.deepEqual(record?.headers, headers);
    },
  },
  {
    name: "absent and empty are different things, in keys and in values",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      const empty = new Uint8Array(0);

      await producer.send([
        { topic, key: empty, value: empty },
        { topic, key: null, value: null },
      ]);

      const records = await contract.contents(topic);
      assert.deepEqual(
        records.map(({ key, value }) => ({ key, value })),
        [
          { key: empty, value: empty },
          { key: null, value: null },
        ],
      );
    },
  },
  {
    name: "a record without a timestamp gets the time of the send",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      const before = Date.now();

      const [result] = await producer.send([recordOf(topic, "now")]);

      const [record] = await contract.contents(topic);
      assert.equal(record?.timestamp, result?.timestamp);
      assert.ok(record && record.timestamp >= before && record.timestamp <= Date.now());
    },
  },
  {
    name: "a send has one result for each record, in the order of the records, over topics and partitions",
    async run(contract) {
      const [first, second] = [await contract.topic(2), await contract.topic(1)];
      const producer = await contract.producer();
      const sent = [
        recordOf(first, "a", { partition: 1 }),
        recordOf(second, "b", { partition: 0 }),
        recordOf(first, "c", { partition: 0 }),
        recordOf(first, "d", { partition: 1 }),
      ];

      const results = await producer.send(sent);

      assert.deepEqual(results.map(placeOf), [
        [first, 1, 0],
        [second, 0, 0],
        [first, 0, 0],
        [first, 1, 1],
      ]);
    },
  },
  {
    name: "sending nothing resolves to nothing",
    async run(contract) {
      const producer = await contract.producer();

      assert.deepEqual(await producer.send([]), []);
    },
  },
  {
    name: "a key goes to the partition that Kafka's default partitioner gives it",
    async run(contract) {
      const topic = await contract.topic(5);
      const producer = await contract.producer();

      const results = await producer.send(MURMUR2.map(([key]) => recordOf(topic, "x", { key })));

      assert.deepEqual(
        results.map(({ partition }) => partition),
        MURMUR2.map(([, hash]) => (hash & 0x7fffffff) % 5),
      );
    },
  },
  {
    name: "a partition that is named wins over the key",
    async run(contract) {
      const topic = await contract.topic(3);
      const producer = await contract.producer();

      const results = await producer.send(
        [2, 0, 1].map((partition) => recordOf(topic, "x", { key: "same", partition })),
      );

      assert.deepEqual(
        results.map(({ partition }) => partition),
        [2, 0, 1],
      );
    },
  },
  {
    name: "records without a key are spread over the partitions",
    async run(contract) {
      const topic = await contract.topic(3);
      const producer = await contract.producer();

      const results = await producer.send(Array.from({ length: 30 }, () => recordOf(topic, "x")));

      const counts = Map.groupBy(results, ({ partition }) => partition);
      assert.deepEqual(
        [0, 1, 2].map((partition) => counts.get(partition)?.length),
        [10, 10, 10],
      );
    },
  },
  {
    name: "a value of 900 kB comes back whole",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      const value = new Uint8Array(900_000).map((_, index) => index % 251);

      await producer.send([{ topic, key: null, value }]);

      const [record] = await contract.contents(topic);
      assert.ok(record?.value && Buffer.compare(record.value, value) === 0);
    },
  },
  {
    name: "a send creates a topic that is not there, as Kafka's auto.create.topics.enable does",
    async run(contract) {
      const topic = contract.name();
      const producer = await contract.producer();

      const [result] = await producer.send([recordOf(topic, "first")]);

      assert.equal(result?.offset, 0);
      assert.deepEqual(valuesOf(await contract.contents(topic)), ["first"]);
    },
  },
  {
    name: "a closed producer refuses to send",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer();
      await producer.close();

      await assert.rejects(() => producer.send([recordOf(topic, "x")]), failure("CLIENT_CLOSED"));
    },
  },
];

function placeOf({ topic, partition, offset }: AppendResult): readonly [string, number, number] {
  return [topic, partition, offset];
}
