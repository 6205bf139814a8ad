import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { RecordLogError } from "../record-log.ts";
import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  NewRecord,
  RecordLog,
  TopicPartition,
} from "../record-log.ts";

/** Opens a log for one test; called again it opens the same log anew. */
export type OpenLog = (t: TestContext) => Promise<RecordLog>;

let names = 0;
const unique = (what: string): string => `${what}-${process.pid}-${Date.now()}-${++names}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | null): string | null =>
  value === null ? null : new TextDecoder().decode(value);

const record = (topic: string, key: string | null, value: string): NewRecord => ({
  topic,
  key: key === null ? null : bytes(key),
  value: bytes(value),
});

async function topicOf(log: RecordLog, partitions = 1): Promise<string> {
  const topic = unique("topic");
  await log.admin.createTopics([{ topic, partitions, replicationFactor: -1 }]);
  return topic;
}

/** Polls until that many records came, or time is up. */
async function take(
  source: { poll(timeoutMs: number): Promise<readonly LogRecord[]> },
  count: number,
  timeoutMs = 20_000,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const deadline = performance.now() + timeoutMs;
  while (records.length < count && performance.now() < deadline) {
    records.push(...(await source.poll(200)));
  }
  return records;
}

async function readAll(log: RecordLog, topic: string): Promise<LogRecord[]> {
  const reader = await log.reader({ topic });
  const records: LogRecord[] = [];
  while (!(await reader.isAtEnd())) records.push(...(await reader.poll(500)));
  await reader.close();
  return records;
}

const values = (records: readonly LogRecord[]): (string | null)[] =>
  records.map(({ value }) => text(value));

/** Every promise of `record-log.ts`, as tests that run on each implementation. */
export function recordLogContract(name: string, openLog: OpenLog): void {
  const contract = (
    claim: string,
    run: (t: TestContext, log: RecordLog) => Promise<void>,
  ): void => {
    test(`${name}: ${claim}`, async (t) => {
      const log = await openLog(t);
      t.after(() => log.close());
      await run(t, log);
    });
  };
  const consumer = async (
    t: TestContext,
    log: RecordLog,
    options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "topics">,
  ): Promise<Consumer> => {
    const opened = await log.consumer({ clientId: "test", groupId: unique("group"), ...options });
    t.after(() => opened.close());
    return opened;
  };
  const producer = async (t: TestContext, log: RecordLog, transactionalId?: string) => {
    const opened = await log.producer({
      clientId: "test",
      ...(transactionalId === undefined ? {} : { transactionalId }),
    });
    t.after(() => opened.close());
    return opened;
  };

  contract("a record is read as it was sent: key, value, headers, timestamp", async (t, log) => {
    const topic = await topicOf(log);
    const sender = await producer(t, log);

    const [result] = await sender.send([
      {
        topic,
        key: bytes("k"),
        value: bytes("v"),
        timestamp: 1_700_000_000_000,
        headers: [
          ["b", bytes("1")],
          ["a", bytes("2")],
          ["b", bytes("3")],
        ],
      },
    ]);
    const [found] = await readAll(log, topic);

    assert.deepEqual(result, { topic, partition: 0, offset: 0, timestamp: 1_700_000_000_000 });
    assert.equal(found?.offset, 0);
    assert.equal(found.timestamp, 1_700_000_000_000);
    assert.deepEqual(found.key, bytes("k"));
    assert.deepEqual(found.value, bytes("v"));
    assert.deepEqual(
      found.headers.filter(([key]) => key === "b").map(([, value]) => text(value)),
      ["1", "3"],
    );
    assert.deepEqual(found.headers.find(([key]) => key === "a")?.[1], bytes("2"));
  });

  contract("null keys and null values stay null", async (t, log) => {
    const topic = await topicOf(log);
    const sender = await producer(t, log);

    await sender.send([{ topic, key: null, value: null }]);

    const [found] = await readAll(log, topic);
    assert.equal(found?.key, null);
    assert.equal(found.value, null);
  });

  contract("records of one key are in one partition, in the order of the sends", async (t, log) => {
    const topic = await topicOf(log, 3);
    const sender = await producer(t, log);

    const sends = Array.from({ length: 200 }, (_, index) =>
      sender.send([record(topic, `key-${index % 7}`, String(index))]),
    );
    const results = (await Promise.all(sends)).flat();

    const found = await readAll(log, topic);
    assert.equal(found.length, 200);
    for (const [, own] of Map.groupBy(found, ({ key }) => text(key))) {
      assert.equal(new Set(own.map(({ partition }) => partition)).size, 1);
      const order = own.map(({ value }) => Number(text(value)));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
    }
    const place = (each: { partition: number; offset: number }) =>
      `${each.partition}@${each.offset}`;
    const byPlace = new Map(found.map((each) => [place(each), text(each.value)]));
    results.forEach((result, index) => assert.equal(byPlace.get(place(result)), String(index)));
  });

  contract(
    "the partition of a key is the one that Kafka's Java producer chooses",
    async (t, log) => {
      const topic = await topicOf(log, 8);
      const sender = await producer(t, log);

      const [result] = await sender.send([record(topic, "21", "x")]);

      assert.equal(result?.partition, (-973_932_308 & 0x7fffffff) % 8);
    },
  );

  contract("an existing topic is left as it is", async (_t, log) => {
    const topic = unique("topic");
    const config = { "cleanup.policy": "compact" };

    const first = await log.admin.createTopics([{ topic, partitions: 2, config }]);
    const second = await log.admin.createTopics([{ topic, partitions: 5 }]);

    assert.deepEqual([first, second], [[topic], []]);
    const [found] = await log.admin.describeTopics([topic, unique("missing")]);
    assert.equal(found?.partitions, 2);
    assert.equal(found.config["cleanup.policy"], "compact");
  });

  contract("a topic name that Kafka would not take is refused", async (_t, log) => {
    await assert.rejects(log.admin.createTopics([{ topic: "not a name" }]), {
      name: RecordLogError.name,
      code: "TOPIC_INVALID",
    });
  });

  contract("a record over max.message.bytes is refused, and others go on", async (t, log) => {
    const topic = unique("topic");
    await log.admin.createTopics([
      { topic, partitions: 1, config: { "max.message.bytes": "2000" } },
    ]);
    const sender = await producer(t, log);

    const outcomes = await Promise.allSettled([
      sender.send([record(topic, "a", "fits")]),
      sender.send([record(topic, "a", "x".repeat(5000))]),
      sender.send([record(topic, "a", "fits too")]),
    ]);

    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    const [, refused] = outcomes;
    assert.equal(
      refused?.status === "rejected" && (refused.reason as RecordLogError).code,
      "RECORD_TOO_LARGE",
    );
    assert.deepEqual(values(await readAll(log, topic)), ["fits", "fits too"]);
  });

  contract("a group starts at the beginning, and goes on where it committed", async (t, log) => {
    const topic = await topicOf(log);
    const groupId = unique("group");
    const sender = await producer(t, log);
    await sender.send(["0", "1", "2", "3"].map((value) => record(topic, "k", value)));

    const first = await consumer(t, log, { topics: [topic], groupId });
    assert.deepEqual(values(await take(first, 4)), ["0", "1", "2", "3"]);
    await first.commit([{ topic, partition: 0, offset: 2 }]);
    await first.close();
    const second = await consumer(t, log, { topics: [topic], groupId });

    assert.deepEqual(values(await take(second, 2)), ["2", "3"]);
    assert.deepEqual(await log.admin.groupOffsets(groupId), [{ topic, partition: 0, offset: 2 }]);
  });

  contract("auto.offset.reset latest leaves out what was there", async (t, log) => {
    const topic = await topicOf(log);
    const sender = await producer(t, log);
    await sender.send([record(topic, "k", "old")]);
    const assigned = Promise.withResolvers<void>();
    const late = await consumer(t, log, {
      topics: [topic],
      autoOffsetReset: "latest",
      listener: {
        onAssigned: async () => assigned.resolve(),
        onRevoked: async () => {},
        onLost: async () => {},
      },
    });

    await late.poll(100);
    await assigned.promise;
    await sender.send([record(topic, "k", "new")]);

    assert.deepEqual(values(await take(late, 1)), ["new"]);
  });

  contract("seek goes back, and pause holds back only its partitions", async (t, log) => {
    const topic = await topicOf(log, 2);
    const sender = await producer(t, log);
    const send = (partition: number, value: string) =>
      sender.send([{ ...record(topic, null, value), partition }]);
    await send(0, "a");
    await send(1, "b");
    const reader = await consumer(t, log, { topics: [topic] });
    assert.equal((await take(reader, 2)).length, 2);

    reader.pause([{ topic, partition: 0 }]);
    await send(0, "held");
    await send(1, "goes on");
    assert.deepEqual(values(await take(reader, 1)), ["goes on"]);
    reader.resume([{ topic, partition: 0 }]);
    assert.deepEqual(values(await take(reader, 1)), ["held"]);
    reader.seek({ topic, partition: 1, offset: 0 });

    assert.deepEqual(values(await take(reader, 2)), ["b", "goes on"]);
  });

  contract(
    "members share the partitions, and what one leaves another takes over",
    async (t, log) => {
      const topic = await topicOf(log, 4);
      const groupId = unique("group");
      const sender = await producer(t, log);
      const seen: string[] = [];
      const member = async () => {
        let own: readonly TopicPartition[] = [];
        const events: string[] = [];
        const self = await consumer(t, log, {
          topics: [topic],
          groupId,
          listener: {
            onAssigned: async (partitions) => {
              events.push("assigned");
              own = partitions;
            },
            onRevoked: async () => {
              events.push("revoked");
              own = [];
            },
            onLost: async () => {
              own = [];
            },
          },
        });
        return { self, events, count: () => own.length };
      };
      const work = async ({ self }: { self: Consumer }): Promise<void> => {
        const records = await self.poll(100);
        seen.push(...values(records).map(String));
        await self
          .commit(
            records.map(({ topic: name, partition, offset }) => ({
              topic: name,
              partition,
              offset: offset + 1,
            })),
          )
          .catch(() => undefined);
      };
      const one = await member();
      const two = await member();
      const until = async (isDone: () => boolean, ...members: { self: Consumer }[]) => {
        const deadline = performance.now() + 20_000;
        while (!isDone() && performance.now() < deadline) await Promise.all(members.map(work));
        assert.ok(isDone());
      };

      await until(() => one.count() === 2 && two.count() === 2, one, two);
      const send = (value: string, partition: number) =>
        sender.send([{ ...record(topic, null, value), partition }]);
      await Promise.all([0, 1, 2, 3].map((partition) => send(`first ${partition}`, partition)));
      await until(() => seen.length === 4, one, two);
      await two.self.close();
      await until(() => one.count() === 4, one);
      await Promise.all([0, 1, 2, 3].map((partition) => send(`second ${partition}`, partition)));
      await until(() => seen.length === 8, one);

      assert.equal(new Set(seen).size, 8, "each record once");
      assert.ok(one.events.includes("revoked"));
    },
  );

  contract("a pattern finds topics that are made later", async (t, log) => {
    const prefix = unique("pattern");
    const sender = await producer(t, log);
    const reader = await consumer(t, log, {
      topics: new RegExp(`${prefix}\\.[A-Z]+`, "i"),
      settings: { "metadata.max.age.ms": "200" },
    });
    assert.deepEqual(await reader.poll(300), []);

    await log.admin.createTopics(
      ["later", "n0t"].map((ending) => ({ topic: `${prefix}.${ending}`, partitions: 1 })),
    );
    await sender.send([record(`${prefix}.n0t`, "k", "other")]);
    await sender.send([record(`${prefix}.later`, "k", "found")]);

    assert.deepEqual(values(await take(reader, 1)), ["found"]);
  });

  contract("a poll ends at once when its signal aborts", async (t, log) => {
    const topic = await topicOf(log);
    const reader = await consumer(t, log, { topics: [topic] });
    await reader.poll(100);
    const stop = new AbortController();
    const startedAt = performance.now();

    const poll = reader.poll(30_000, stop.signal);
    stop.abort();
    await poll;

    assert.ok(performance.now() - startedAt < 10_000);
  });

  contract(
    "a committed transaction is visible with its offsets, an aborted one is not",
    async (t, log) => {
      const [input, output] = [await topicOf(log), await topicOf(log)];
      const groupId = unique("group");
      const sender = await producer(t, log);
      await sender.send(["0", "1"].map((value) => record(input, "k", value)));
      const reader = await consumer(t, log, { topics: [input], groupId });
      await take(reader, 2);
      const transactional = await producer(t, log, unique("tx"));

      const aborted = await transactional.begin();
      await aborted.send([record(output, "k", "aborted")]);
      await aborted.sendOffsets(reader, [{ topic: input, partition: 0, offset: 1 }]);
      await aborted.abort();
      assert.deepEqual(values(await readAll(log, output)), []);
      const committed = await transactional.begin();
      await committed.send([record(output, "k", "committed")]);
      await committed.sendOffsets(reader, [{ topic: input, partition: 0, offset: 2 }]);
      const [result] = await committed.commit();

      assert.equal(result?.topic, output);
      assert.deepEqual(values(await readAll(log, output)), ["committed"]);
      await reader.close();
      const next = await consumer(t, log, { topics: [input], groupId });
      await next.poll(200);
      await sender.send([record(input, "k", "2")]);
      assert.deepEqual(values(await take(next, 1)), ["2"], "goes on after the committed offset");
    },
  );

  contract("many transactions in a row are all there, in order", async (t, log) => {
    const topic = await topicOf(log);
    const transactional = await producer(t, log, unique("tx"));

    for (let index = 0; index < 20; index += 1) {
      const transaction = await transactional.begin();
      await transaction.send([record(topic, "k", String(index))]);
      await transaction.commit();
    }

    assert.deepEqual(
      values(await readAll(log, topic)),
      Array.from({ length: 20 }, (_, index) => String(index)),
    );
  });

  contract("a second producer with the same transactional id fences the first", async (t, log) => {
    const topic = await topicOf(log);
    const id = unique("tx");
    const first = await producer(t, log, id);
    const open = await first.begin();
    await open.send([record(topic, "k", "zombie")]);

    const second = await producer(t, log, id);
    const transaction = await second.begin();
    await transaction.send([record(topic, "k", "alive")]);
    await transaction.commit();

    await assert.rejects(open.commit(), RecordLogError);
    assert.deepEqual(values(await readAll(log, topic)), ["alive"]);
  });

  contract("offsets of a group are altered and removed only without members", async (t, log) => {
    const topic = await topicOf(log, 2);
    const groupId = unique("group");
    const member = await consumer(t, log, { topics: [topic], groupId });
    await member.poll(200);
    const change = [
      { topic, partition: 0, offset: 5 },
      { topic, partition: 1, offset: 7 },
    ];
    await assert.rejects(log.admin.alterGroupOffsets(groupId, change), { code: "GROUP_NOT_EMPTY" });
    await member.close();

    await log.admin.alterGroupOffsets(groupId, change);
    assert.deepEqual(await log.admin.groupOffsets(groupId), change);
    await log.admin.alterGroupOffsets(groupId, [{ topic, partition: 0, offset: null }]);
    assert.deepEqual(await log.admin.groupOffsets(groupId), [change[1]]);
    await log.admin.deleteGroup(groupId);
    assert.deepEqual(await log.admin.groupOffsets(groupId), []);
  });

  contract("a reader starts where it is told and follows what comes", async (t, log) => {
    const topic = await topicOf(log);
    const sender = await producer(t, log);
    await sender.send(["0", "1", "2"].map((value) => record(topic, "k", value)));
    const reader = await log.reader({ topic, from: [{ partition: 0, offset: 1 }] });
    t.after(() => reader.close());

    assert.deepEqual(values(await take(reader, 2)), ["1", "2"]);
    assert.equal(await reader.isAtEnd(), true);
    await sender.send([record(topic, "k", "3")]);
    assert.deepEqual(values(await take(reader, 1)), ["3"]);
  });

  contract(
    "what was confirmed is there after the log was closed and opened again",
    async (t, log) => {
      const topic = await topicOf(log);
      const sender = await log.producer({ clientId: "test" });
      await sender.send([record(topic, "k", "kept")]);
      await sender.close();
      await log.close();

      const again = await openLog(t);
      t.after(() => again.close());

      assert.deepEqual(values(await readAll(again, topic)), ["kept"]);
    },
  );
}
