import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { kafkaForTests } from "../../test/servers/kafka-fixture.ts";
import type { GroupMemberInfo, GroupRound, Membership, RecordLog } from "../record-log.ts";
import { openKafkaLog } from "./kafka-log.ts";

// A session is much longer than a test may take: who waits for its end fails.
const SESSION_MS = 300_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function open(t: TestContext): Promise<RecordLog> {
  const { bootstrapServers } = await kafkaForTests(t);
  const log = await openKafkaLog({ "bootstrap.servers": bootstrapServers });
  t.after(() => log.close());
  return log;
}

interface Member {
  readonly membership: Membership;
  /** What it was given so far; "lost" when the group went on without it. */
  readonly given: string[];
}

/** A member that gets, as its assignment, the names of all members that the leader knows of. */
async function join(
  t: TestContext,
  log: RecordLog,
  options: {
    readonly groupId: string;
    readonly clientId: string;
    readonly name: string;
    readonly protocol?: string;
  },
): Promise<Member & { readonly failure: Promise<string> }> {
  const given: string[] = [];
  const { promise: failure, resolve } = Promise.withResolvers<string>();
  const membership = await log.membership({
    protocol: "test-1",
    ...options,
    sessionTimeoutMs: SESSION_MS,
    heartbeatIntervalMs: 100,
    rebalanceTimeoutMs: SESSION_MS,
    metadata: () => encoder.encode(options.name),
    assign: async (members: readonly GroupMemberInfo[]) => {
      const names = members.map(({ metadata }) => decoder.decode(metadata)).toSorted();
      return new Map(members.map(({ memberId }) => [memberId, encoder.encode(names.join())]));
    },
    onAssigned: async ({ assignment }: GroupRound) => void given.push(decoder.decode(assignment)),
    onLost: async () => void given.push("lost"),
    onError: ({ code }) => resolve(code),
  });
  t.after(() => membership.leave());
  return { membership, given, failure };
}

async function eventually(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isTrue()) {
    assert.ok(performance.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a worker takes its own place again at once, and what is left of its earlier run gives up", async (t) => {
  const log = await open(t);
  const groupId = randomUUID();
  const first = await join(t, log, { groupId, clientId: "place", name: "first" });
  await eventually("the first has joined", () => first.given.length === 1);

  const second = await join(t, log, { groupId, clientId: "place", name: "second" });
  await eventually("the second has joined", () => second.given.length > 0);

  // The first lives, unlike after a crash: it hears that it is out, stops, and comes back as somebody new.
  await eventually("the first gave up", () => first.given.includes("lost"));
  await eventually("both are members", () => second.given.at(-1) === "first,second");
  assert.equal(first.given[0], "first");
  assert.equal(second.given[0], "second");
  assert.equal(second.given.includes("lost"), false);
});

test("members in other places are not put out", async (t) => {
  const log = await open(t);
  const groupId = randomUUID();
  const first = await join(t, log, { groupId, clientId: "here", name: "here" });
  await eventually("the first has joined", () => first.given.length === 1);

  const second = await join(t, log, { groupId, clientId: "there", name: "there" });
  await eventually("both are members", () => second.given.at(-1) === "here,there");

  await eventually("the first knows", () => first.given.at(-1) === "here,there");
  assert.deepEqual(first.given, ["here", "here,there"]);
});

test("a group whose members speak another protocol is refused, and stays as it is", async (t) => {
  const log = await open(t);
  const groupId = randomUUID();
  const first = await join(t, log, {
    groupId,
    clientId: "java",
    name: "java",
    protocol: "sessioned",
  });
  await eventually("the first has joined", () => first.given.length === 1);

  const second = await join(t, log, { groupId, clientId: "ours", name: "ours" });

  assert.equal(await second.failure, "GROUP_IN_USE");
  assert.deepEqual(second.given, []);
  assert.deepEqual(first.given, ["java"]);
});

test("a new run of a task gets its partitions at once, and the earlier one commits nothing more", async (t) => {
  const log = await open(t);
  const topic = randomUUID();
  await log.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1 }]);
  const producer = await log.producer({ clientId: "test" });
  t.after(() => producer.close());
  await producer.send([{ topic, key: null, value: encoder.encode("a") }]);
  const run = async () => {
    const consumer = await log.consumer({
      clientId: "connector-consumer-c-0",
      groupId: `connect-${topic}`,
      topics: [topic],
      replacesSameClient: true,
      settings: { "session.timeout.ms": String(SESSION_MS) },
    });
    t.after(() => consumer.close());
    return consumer;
  };
  const poll = async (consumer: Awaited<ReturnType<typeof run>>): Promise<string[]> => {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const records = await consumer.poll(500);
      if (records.length > 0) return records.map(({ value }) => decoder.decode(value ?? undefined));
      assert.ok(performance.now() < deadline, "no record came");
    }
  };

  const earlier = await run();
  assert.deepEqual(await poll(earlier), ["a"]);
  const later = await run();
  assert.deepEqual(await poll(later), ["a"]);

  const offsets = [{ topic, partition: 0, offset: 1 }];
  await assert.rejects(earlier.commit(offsets), { code: "COMMIT_REFUSED" });
  await later.commit(offsets);
  assert.deepEqual(await later.committed(offsets), offsets);
});
