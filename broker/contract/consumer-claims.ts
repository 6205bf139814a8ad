import assert from "node:assert/strict";
import type { TopicPartition } from "../record-log.ts";
import { after, failure, pollFor, pollUntil, valuesOf } from "./contract-run.ts";
import type { ContractTest } from "./contract-run.ts";

/** So that new topics are seen soon on Kafka. */
const QUICK_METADATA = { "metadata.max.age.ms": "300" };

export const consumerTests: readonly ContractTest[] = [
  {
    name: "a poll never returns more than maxPollRecords, and all polls together return everything",
    async run(contract) {
      const topic = await contract.topic();
      const sent = Array.from({ length: 25 }, (_, index) => `${index}`);
      await contract.append(topic, sent);
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: [topic],
        maxPollRecords: 7,
      });

      const got: (string | null)[] = [];
      while (got.length < 25) {
        const records = await consumer.poll(1000);
        assert.ok(records.length <= 7);
        got.push(...valuesOf(records));
      }

      assert.deepEqual(got, sent);
    },
  },
  {
    name: "committed offsets are told by the consumer and by the admin, only where there are any",
    async run(contract) {
      const topic = await contract.topic(2);
      const groupId = contract.name();
      await contract.append(topic, ["a"], 1);
      const consumer = await contract.consumer({ groupId, topics: [topic] });
      const [record] = await pollFor(consumer, 1);
      await consumer.commit([after(record)]);

      const expected = [{ topic, partition: 1, offset: 1 }];
      const both = [
        { topic, partition: 0 },
        { topic, partition: 1 },
      ];
      assert.deepEqual(await consumer.committed(both), expected);
      assert.deepEqual(await contract.log.admin.groupOffsets(groupId), expected);
    },
  },
  {
    name: "the lag is what poll has not returned yet, of the partition with most of it",
    async run(contract) {
      const topic = await contract.topic(2);
      await contract.append(topic, ["a", "b", "c", "d"], 0);
      await contract.append(topic, ["e"], 1);
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: [topic],
        maxPollRecords: 1,
      });
      assert.ok(Number.isNaN(consumer.lag()));

      const behind: number[] = [];
      for (let count = 0; count < 5; count += 1) {
        await pollFor(consumer, 1);
        behind.push(consumer.lag());
      }

      assert.ok((behind[0] ?? 0) >= 3 && (behind[0] ?? 0) <= 4, String(behind));
      assert.deepEqual(
        behind.toSorted((a, b) => b - a),
        behind,
      );
      assert.equal(behind.at(-1), 0);
    },
  },
  {
    name: "a group that never committed has no offsets",
    async run(contract) {
      assert.deepEqual(await contract.log.admin.groupOffsets(contract.name()), []);
    },
  },
  {
    name: "a seek drops records that were fetched already",
    async run(contract) {
      const topic = await contract.topic();
      await contract.append(topic, ["a", "b", "c", "d"]);
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: [topic],
        maxPollRecords: 1,
      });
      assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["a"]);

      consumer.seek({ topic, partition: 0, offset: 3 });

      assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["d"]);
    },
  },
  {
    name: "a consumer that waits returns as soon as a record is appended, and when it is aborted",
    async run(contract) {
      const topic = await contract.topic();
      const consumer = await contract.consumer({ groupId: contract.name(), topics: [topic] });
      await pollUntil(consumer, () => consumer.assignment().length === 1);
      const startedAt = performance.now();

      const waiting = consumer.poll(15_000);
      await contract.append(topic, ["now"]);
      assert.deepEqual(valuesOf(await waiting), ["now"]);

      const stop = new AbortController();
      const waitingAgain = consumer.poll(15_000, stop.signal);
      stop.abort();
      assert.deepEqual(await waitingAgain, []);
      assert.ok(performance.now() - startedAt < 10_000);
    },
  },
  {
    name: "onAssigned comes before the first record, and onRevoked with close",
    async run(contract) {
      const topic = await contract.topic();
      await contract.append(topic, ["a"]);
      const events: string[] = [];
      const note = (event: string) => async (partitions: readonly TopicPartition[]) => {
        events.push(`${event} ${partitions.map(({ partition }) => partition).join()}`);
      };
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: [topic],
        listener: {
          onAssigned: note("assigned"),
          onRevoked: note("revoked"),
          onLost: note("lost"),
        },
      });

      await pollFor(consumer, 1);
      events.push("record");
      await consumer.close();

      assert.deepEqual(events, ["assigned 0", "record", "revoked 0"]);
      assert.deepEqual(consumer.assignment(), []);
    },
  },
  {
    name: "onAssigned may seek, and records start there",
    async run(contract) {
      const topic = await contract.topic();
      await contract.append(topic, ["a", "b", "c"]);
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: [topic],
        listener: {
          async onAssigned() {
            consumer.seek({ topic, partition: 0, offset: 2 });
          },
          async onRevoked() {},
          async onLost() {},
        },
      });

      assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["c"]);
    },
  },
  {
    name: "a pattern subscribes to whole names, and to topics that come later",
    async run(contract) {
      const prefix = contract.name("pattern");
      const create = (topic: string) => contract.log.admin.createTopics([{ topic }]);
      await create(`${prefix}.adt`);
      await create(`x${prefix}.adt`);
      await create(`${prefix}.adt.quarantine`);
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: new RegExp(`${prefix}\\.[a-z]+`),
        settings: QUICK_METADATA,
      });
      const assigned = (): string[] =>
        consumer
          .assignment()
          .map(({ topic }) => topic)
          .toSorted();
      await pollUntil(consumer, () => assigned().length > 0);
      assert.deepEqual(assigned(), [`${prefix}.adt`]);

      await create(`${prefix}.oru`);
      await contract.append(`${prefix}.oru`, ["from the new topic"]);

      assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["from the new topic"]);
      assert.deepEqual(assigned(), [`${prefix}.adt`, `${prefix}.oru`]);
    },
  },
  {
    name: "a topic that is named before it exists is consumed once it does",
    async run(contract) {
      const topic = contract.name();
      const consumer = await contract.consumer({
        groupId: contract.name(),
        topics: [topic],
        settings: QUICK_METADATA,
      });
      assert.deepEqual(await consumer.poll(200), []);
      assert.equal((await contract.log.admin.listTopics()).includes(topic), false);

      await contract.log.admin.createTopics([{ topic, partitions: 1 }]);
      await contract.append(topic, ["at last"]);

      assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["at last"]);
    },
  },
  {
    name: "a partition that is not assigned cannot be committed",
    async run(contract) {
      const topic = await contract.topic();
      const consumer = await contract.consumer({ groupId: contract.name(), topics: [topic] });
      await pollUntil(consumer, () => consumer.assignment().length === 1);

      await assert.rejects(
        () => consumer.commit([{ topic, partition: 7, offset: 1 }]),
        failure("COMMIT_REFUSED"),
      );
    },
  },
  {
    name: "a closed consumer refuses to poll",
    async run(contract) {
      const topic = await contract.topic();
      const consumer = await contract.consumer({ groupId: contract.name(), topics: [topic] });
      await consumer.close();

      await assert.rejects(() => consumer.poll(10), failure("CLIENT_CLOSED"));
    },
  },
];
