import assert from "node:assert/strict";
import type { Consumer, ConsumerListener, LogRecord, TopicPartition } from "../record-log.ts";
import {
  PollingMember,
  after,
  eventually,
  failure,
  pollFor,
  pollUntil,
  recordOf,
  text,
  valuesOf,
} from "./contract-run.ts";
import type { ContractRun, ContractTest } from "./contract-run.ts";

export const groupTests: readonly ContractTest[] = [
  {
    name: "members that come and go under load lose no record and repeat none that was committed",
    async run(contract) {
      const topic = await contract.topic(4);
      const groupId = contract.name();
      const total = 400;
      const seen: string[] = [];
      const join = (): Promise<PollingMember> => committingMember(contract, groupId, topic, seen);
      const producer = await contract.producer();
      const load = (from: number, to: number): Promise<unknown> =>
        producer.send(
          Array.from({ length: to - from }, (_, at) =>
            recordOf(topic, `${from + at}`, { partition: (from + at) % 4 }),
          ),
        );

      const first = await join();
      await load(0, 100);
      const second = await join();
      await load(100, 200);
      await eventually("the second works", () => second.consumer.assignment().length > 0);
      await load(200, 300);
      await first.stop();
      await first.consumer.close();
      await load(300, total);
      await eventually("all records", () => new Set(seen).size === total);
      await second.stop();

      // Every batch was committed before the next poll, so a hand-over repeats nothing.
      assert.equal(seen.length, total);
    },
  },
  {
    name: "a partition is revoked, and what is committed there counts, before another member gets it",
    async run(contract) {
      const topic = await contract.topic(1);
      const groupId = contract.name();
      const events: string[] = [];
      await contract.append(topic, ["a", "b", "c"]);
      let handled: LogRecord | undefined;
      const first: Consumer = await contract.consumer({
        groupId,
        topics: [topic],
        listener: listener({
          async onRevoked() {
            await first.commit([after(handled)]);
            events.push("first revoked");
          },
        }),
      });
      [, handled] = await pollFor(first, 3);
      const polling = new PollingMember(first, async () => {});
      const second = await contract.consumer({
        groupId,
        topics: [topic],
        listener: listener({
          async onAssigned(partitions) {
            if (partitions.length > 0) events.push("second assigned");
          },
        }),
      });
      const follower = new PollingMember(second, async () => {});
      await eventually("a rebalance", () => events.includes("first revoked"));

      // One of the two has the partition now; when the first leaves, it is the second.
      await polling.stop();
      handled = { ...(handled as LogRecord), offset: 1 };
      await first.close();
      await eventually("the second has it", () => second.assignment().length === 1);
      await follower.stop();

      assert.ok(events.indexOf("first revoked") < events.indexOf("second assigned"));
      assert.deepEqual(await second.committed([{ topic, partition: 0 }]), [
        { topic, partition: 0, offset: 2 },
      ]);
    },
  },
  {
    name: "groups do not see each other: each gets every record",
    async run(contract) {
      const topic = await contract.topic();
      await contract.append(topic, ["a"]);

      for (const groupId of [contract.name(), contract.name()]) {
        const consumer = await contract.consumer({ groupId, topics: [topic] });
        assert.deepEqual(valuesOf(await pollFor(consumer, 1)), ["a"]);
      }
    },
  },
  {
    name: "a member that stays away from poll is put out: it cannot commit, and is told onLost",
    async run(contract) {
      const { topic, groupId, late, lost } = await memberPutOut(contract);

      const position = { topic, partition: 0, offset: 1 };
      await assert.rejects(() => late.commit([position]), failure("COMMIT_REFUSED"));
      await pollUntil(late, () => lost.length > 0);
      assert.deepEqual(lost, [{ topic, partition: 0 }]);
      assert.deepEqual(await contract.log.admin.groupOffsets(groupId), []);
    },
  },
  {
    name: "a member that was put out cannot commit its offsets in a transaction either",
    async run(contract) {
      const { topic, groupId, late } = await memberPutOut(contract);
      const output = await contract.topic();
      const producer = await contract.producer(contract.name());
      const transaction = await producer.begin();

      await transaction.send([recordOf(output, "twice")]);
      await assert.rejects(
        () => transaction.sendOffsets(late, [{ topic, partition: 0, offset: 1 }]),
        failure("COMMIT_REFUSED"),
      );
      await transaction.abort();

      assert.deepEqual(await contract.log.admin.groupOffsets(groupId), []);
      assert.deepEqual(await contract.contents(output), []);
    },
  },
];

function listener(parts: Partial<ConsumerListener>): ConsumerListener {
  const nothing = async (): Promise<void> => {};
  return { onAssigned: nothing, onRevoked: nothing, onLost: nothing, ...parts };
}

/** A member that notes what it got and commits it before it polls again. */
async function committingMember(
  contract: ContractRun,
  groupId: string,
  topic: string,
  seen: string[],
): Promise<PollingMember> {
  const consumer = await contract.consumer({ groupId, topics: [topic], maxPollRecords: 20 });
  return new PollingMember(consumer, async (records) => {
    const ends = new Map(records.map((record) => [record.partition, after(record)]));
    await consumer.commit([...ends.values()]);
    seen.push(...records.map(({ value }) => String(text(value))));
  });
}

/** A member that polled once and then stayed away until another member had its partition. */
async function memberPutOut(contract: ContractRun): Promise<{
  readonly topic: string;
  readonly groupId: string;
  readonly late: Consumer;
  readonly lost: TopicPartition[];
}> {
  const topic = await contract.topic(1);
  const groupId = contract.name();
  await contract.append(topic, ["a"]);
  const lost: TopicPartition[] = [];
  const settings = { "max.poll.interval.ms": "1000", "heartbeat.interval.ms": "200" };
  const late = await contract.consumer({
    groupId,
    topics: [topic],
    settings,
    listener: listener({
      async onLost(partitions) {
        lost.push(...partitions);
      },
    }),
  });
  await pollFor(late, 1);
  const other = await contract.consumer({ groupId, topics: [topic], settings });
  await pollUntil(other, () => other.assignment().length === 1);
  return { topic, groupId, late, lost };
}
