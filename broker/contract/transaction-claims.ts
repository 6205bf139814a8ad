import assert from "node:assert/strict";
import { failure, pollFor, pollUntil, readToEnd, recordOf, valuesOf } from "./contract-run.ts";
import type { ContractTest } from "./contract-run.ts";

export const transactionTests: readonly ContractTest[] = [
  {
    name: "what a transaction sends is seen only after its commit, which tells where it went",
    async run(contract) {
      const topic = await contract.topic(2);
      const producer = await contract.producer(contract.name());
      const reader = await contract.reader({ topic });
      const transaction = await producer.begin();
      await transaction.send([recordOf(topic, "a", { partition: 1 })]);
      await transaction.send([
        recordOf(topic, "b", { partition: 0 }),
        recordOf(topic, "c", { partition: 1 }),
      ]);
      assert.deepEqual(await reader.poll(100), []);

      const results = await transaction.commit();

      assert.deepEqual(
        results.map(({ partition, offset }) => [partition, offset]),
        [
          [1, 0],
          [0, 0],
          [1, 1],
        ],
      );
      assert.deepEqual(valuesOf(await pollFor(reader, 3)).toSorted(), ["a", "b", "c"]);
    },
  },
  {
    name: "a read_committed consumer, too, sees a transaction only after its commit",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer(contract.name());
      const consumer = await contract.consumer({ groupId: contract.name(), topics: [topic] });
      await pollUntil(consumer, () => consumer.assignment().length === 1);
      const transaction = await producer.begin();
      await transaction.send([recordOf(topic, "a")]);
      assert.deepEqual(await consumer.poll(100), []);

      await transaction.commit();

      assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["a"]);
    },
  },
  {
    name: "nothing of an aborted transaction is ever seen, and readers get past it to the end",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer(contract.name());
      const transaction = await producer.begin();
      await transaction.send([recordOf(topic, "aborted")]);
      await transaction.abort();
      await contract.append(topic, ["stored"]);
      const last = await producer.begin();
      await last.send([recordOf(topic, "aborted at the end")]);
      await last.abort();

      const reader = await contract.reader({ topic });

      assert.deepEqual(valuesOf(await readToEnd(reader)), ["stored"]);
    },
  },
  {
    name: "a producer goes on after a commit and after an abort",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer(contract.name());
      for (const [value, end] of [
        ["a", "commit"],
        ["b", "abort"],
        ["c", "commit"],
      ] as const) {
        const transaction = await producer.begin();
        await transaction.send([recordOf(topic, value)]);
        await transaction[end]();
      }

      assert.deepEqual(valuesOf(await contract.contents(topic)), ["a", "c"]);
    },
  },
  {
    name: "a transaction without records commits",
    async run(contract) {
      const producer = await contract.producer(contract.name());

      assert.deepEqual(await (await producer.begin()).commit(), []);
    },
  },
  {
    name: "a second producer with the same transactional id fences the first: its transaction never shows",
    async run(contract) {
      const topic = await contract.topic();
      const transactionalId = contract.name();
      const first = await contract.producer(transactionalId);
      const stale = await first.begin();
      await stale.send([recordOf(topic, "of the first")]);
      const second = await contract.producer(transactionalId);

      await assert.rejects(() => stale.commit(), failure("PRODUCER_FENCED"));
      const transaction = await second.begin();
      await transaction.send([recordOf(topic, "of the second")]);
      await transaction.commit();

      assert.deepEqual(valuesOf(await contract.contents(topic)), ["of the second"]);
    },
  },
  {
    name: "a fenced producer cannot do another transaction",
    async run(contract) {
      const topic = await contract.topic();
      const transactionalId = contract.name();
      const first = await contract.producer(transactionalId);
      await contract.producer(transactionalId);

      await assert.rejects(async () => {
        const transaction = await first.begin();
        await transaction.send([recordOf(topic, "x")]);
        await transaction.commit();
      }, failure("PRODUCER_FENCED"));
      assert.deepEqual(await contract.contents(topic), []);
    },
  },
  {
    name: "offsets of partitions that the consumer does not have are refused in a transaction",
    async run(contract) {
      const topic = await contract.topic();
      const consumer = await contract.consumer({ groupId: contract.name(), topics: [topic] });
      await pollUntil(consumer, () => consumer.assignment().length === 1);
      const producer = await contract.producer(contract.name());
      const transaction = await producer.begin();

      await assert.rejects(
        () => transaction.sendOffsets(consumer, [{ topic, partition: 5, offset: 1 }]),
        failure("COMMIT_REFUSED"),
      );
      await transaction.abort();
    },
  },
  {
    name: "a transaction with a record that is too large fails with that reason and shows nothing",
    async run(contract) {
      const topic = await contract.topic(1, { "max.message.bytes": "20000" });
      const producer = await contract.producer(contract.name());
      const transaction = await producer.begin();
      const value = new Uint8Array(30_000).map((_, index) => index * 7919);

      await assert.rejects(async () => {
        await transaction.send([recordOf(topic, "small")]);
        await transaction.send([{ topic, key: null, value }]);
        await transaction.commit();
      }, failure("RECORD_TOO_LARGE"));
      await transaction.abort();

      assert.deepEqual(await contract.contents(topic), []);
    },
  },
  {
    name: "a transaction that has ended takes nothing more",
    async run(contract) {
      const topic = await contract.topic();
      const producer = await contract.producer(contract.name());
      const transaction = await producer.begin();
      await transaction.send([recordOf(topic, "a")]);
      await transaction.abort();

      const ended = failure("TRANSACTION_ABORTED", "LOG_FAILED");
      await assert.rejects(() => transaction.send([recordOf(topic, "b")]), ended);
      await assert.rejects(() => transaction.commit(), ended);
    },
  },
  {
    name: "one transaction at a time; plain sends and transactions do not mix",
    async run(contract) {
      const topic = await contract.topic();
      const transactional = await contract.producer(contract.name());
      const plain = await contract.producer();
      const transaction = await transactional.begin();

      await assert.rejects(() => transactional.begin(), failure("LOG_FAILED"));
      await assert.rejects(() => transactional.send([recordOf(topic, "x")]), failure("LOG_FAILED"));
      await assert.rejects(() => plain.begin(), failure("LOG_FAILED"));
      await transaction.abort();
    },
  },
];
