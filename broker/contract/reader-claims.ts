import assert from "node:assert/strict";
import { failure, pollFor, readToEnd, recordOf, valuesOf } from "./contract-run.ts";
import type { ContractTest } from "./contract-run.ts";

export const readerTests: readonly ContractTest[] = [
  {
    name: "a reader gets every record of all partitions, each partition in order, and is then at the end",
    async run(contract) {
      const topic = await contract.topic(3);
      const producer = await contract.producer();
      await producer.send(
        Array.from({ length: 1200 }, (_, at) => recordOf(topic, `${at}`, { partition: at % 3 })),
      );
      const reader = await contract.reader({ topic });

      assert.equal(await reader.isAtEnd(), false);
      const records = await readToEnd(reader);

      const byPartition = Map.groupBy(records, ({ partition }) => partition);
      for (const partition of [0, 1, 2]) {
        assert.deepEqual(
          valuesOf(byPartition.get(partition) ?? []),
          Array.from({ length: 400 }, (_, at) => `${at * 3 + partition}`),
        );
      }
      assert.deepEqual(await reader.poll(50), []);
    },
  },
  {
    name: "a reader of an empty topic is at the end",
    async run(contract) {
      const reader = await contract.reader({ topic: await contract.topic(2) });

      assert.equal(await reader.isAtEnd(), true);
    },
  },
  {
    name: "a reader that waits returns as soon as a record is appended",
    async run(contract) {
      const topic = await contract.topic();
      const reader = await contract.reader({ topic });
      const startedAt = performance.now();

      const waiting = reader.poll(15_000);
      await contract.append(topic, ["now"]);

      assert.deepEqual(valuesOf(await waiting), ["now"]);
      assert.ok(performance.now() - startedAt < 10_000);
    },
  },
  {
    name: "a reader goes on with what comes after the end",
    async run(contract) {
      const topic = await contract.topic();
      const reader = await contract.reader({ topic });
      await contract.append(topic, ["a"]);
      await readToEnd(reader);

      await contract.append(topic, ["b"]);

      assert.equal(await reader.isAtEnd(), false);
      assert.deepEqual(valuesOf(await pollFor(reader, 1)), ["b"]);
    },
  },
  {
    name: "a waiting reader returns when it is aborted",
    async run(contract) {
      const reader = await contract.reader({ topic: await contract.topic() });
      const stop = new AbortController();
      const startedAt = performance.now();

      const waiting = reader.poll(15_000, stop.signal);
      stop.abort();

      assert.deepEqual(await waiting, []);
      assert.ok(performance.now() - startedAt < 10_000);
    },
  },
  {
    name: "a reader of an unknown topic is refused, and the topic is not created by it",
    async run(contract) {
      const topic = contract.name();

      await assert.rejects(() => contract.reader({ topic }), failure("TOPIC_UNKNOWN"));
      assert.equal((await contract.log.admin.listTopics()).includes(topic), false);
    },
  },
];
