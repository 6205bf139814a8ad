import assert from "node:assert/strict";
import { failure, pollUntil } from "./contract-run.ts";
import type { ContractTest } from "./contract-run.ts";

export const adminTests: readonly ContractTest[] = [
  {
    name: "a topic keeps its settings, and without a number of partitions it has the log's default",
    async run(contract) {
      const topic = contract.name();
      await contract.log.admin.createTopics([
        { topic, config: { "cleanup.policy": "compact", "retention.ms": "-1" } },
      ]);

      const [found] = await contract.log.admin.describeTopics([topic]);

      assert.equal(found?.partitions, 1);
      assert.equal(found.config["cleanup.policy"], "compact");
      assert.equal(found.config["retention.ms"], "-1");
    },
  },
  {
    name: "topics that do not exist are left out of a description, and are not created by it",
    async run(contract) {
      const topic = contract.name();

      assert.deepEqual(await contract.log.admin.describeTopics([topic]), []);
      assert.equal((await contract.log.admin.listTopics()).includes(topic), false);
    },
  },
  {
    name: "names that Kafka does not allow are refused",
    async run(contract) {
      for (const topic of ["", ".", "..", "a/b", "a b", "ü", "x".repeat(250)]) {
        await assert.rejects(
          () => contract.log.admin.createTopics([{ topic, partitions: 1 }]),
          failure("TOPIC_INVALID"),
          `${topic.length} characters`,
        );
      }
    },
  },
  {
    name: "a deleted topic is gone",
    async run(contract) {
      const topic = await contract.topic();

      await contract.log.admin.deleteTopics([topic]);

      assert.deepEqual(await contract.log.admin.describeTopics([topic]), []);
    },
  },
  {
    name: "offsets say what is kept and what comes next, for each partition",
    async run(contract) {
      const topic = await contract.topic(2);
      await contract.append(topic, ["a", "b", "c"], 1);

      assert.deepEqual(await contract.log.admin.offsets(topic), [
        { topic, partition: 0, earliest: 0, latest: 0 },
        { topic, partition: 1, earliest: 0, latest: 3 },
      ]);
    },
  },
  {
    name: "offsets of an unknown topic are refused",
    async run(contract) {
      await assert.rejects(
        () => contract.log.admin.offsets(contract.name()),
        failure("TOPIC_UNKNOWN"),
      );
    },
  },
  {
    name: "a group with members cannot be altered or deleted; without, it can be deleted",
    async run(contract) {
      const topic = await contract.topic();
      const groupId = contract.name();
      const { admin } = contract.log;
      const consumer = await contract.consumer({ groupId, topics: [topic] });
      await pollUntil(consumer, () => consumer.assignment().length === 1);
      const position = { topic, partition: 0, offset: 0 };
      await consumer.commit([position]);

      await assert.rejects(
        () => admin.alterGroupOffsets(groupId, [{ ...position, offset: 5 }]),
        failure("GROUP_NOT_EMPTY"),
      );
      await assert.rejects(() => admin.deleteGroup(groupId), failure("GROUP_NOT_EMPTY"));
      assert.deepEqual(await admin.groupOffsets(groupId), [position]);

      await consumer.close();
      await admin.deleteGroup(groupId);
      assert.deepEqual(await admin.groupOffsets(groupId), []);
    },
  },
  {
    name: "a log says which cluster it is",
    async run(contract) {
      assert.match(contract.log.clusterId, /^[\w-]{10,}$/);
    },
  },
];
