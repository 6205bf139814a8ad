import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import kafkajs from "kafkajs";
import type { KafkaServer } from "#test/servers/kafka";
import { ownKafkaForTests } from "#test/servers/kafka-fixture";
import { RecordLogError } from "../record-log.ts";
import type {
  Consumer,
  LogRecord,
  NewRecord,
  Producer,
  Reader,
  RecordLog,
  Transaction,
} from "../record-log.ts";
import { openKafkaLog } from "./kafka-log.ts";

const PATIENCE_MS = 30_000;
const REQUEST_TIMEOUT_MS = 1000;

// One server for all, because each start takes seconds; each test leaves it running.
test("when Kafka is away", async (parent) => {
  const server = await ownKafkaForTests(parent);
  const log = await openKafkaLog({
    "bootstrap.servers": server.bootstrapServers,
    "request.timeout.ms": String(REQUEST_TIMEOUT_MS),
  });
  parent.after(() => log.close());

  await parent.test(
    "a killed broker refuses sends as retriable and by its address, and the same clients go on after its restart",
    async (t) => {
      const topic = await topicOf(log, "killed");
      const producer = await closing(t, log.producer({ clientId: "faults" }));
      const reader = await closing(t, log.reader({ topic }));
      const options = { clientId: "faults", groupId: "killed", topics: [topic] };
      const consumer = await closing(t, log.consumer(options));
      await producer.send([recordOf(topic, "before")]);
      const [before] = await pollValues(consumer, 1);
      await consumer.commit([{ topic, partition: 0, offset: 1 }]);
      assert.deepEqual(await pollValues(reader, 1), ["before"]);

      await whileKilled(server, async () => {
        const refused = producer.send([recordOf(topic, "while it is down")]);
        await assert.rejects(refused, (error) => {
          assert.ok(error instanceof RecordLogError);
          assert.equal(error.code, "LOG_UNAVAILABLE");
          assert.equal(error.isRetriable, true);
          assert.match(error.message, new RegExp(`${server.bootstrapServers}.*check`));
          return true;
        });
        assert.deepEqual(await consumer.poll(200), [], "a consumer waits for the broker");
      });
      await untilSent(producer, recordOf(topic, "after"));

      assert.equal(before, "before");
      assert.deepEqual(await pollValues(consumer, 1), ["after"]);
      assert.deepEqual(await pollValues(reader, 1), ["after"]);
      await consumer.commit([{ topic, partition: 0, offset: 2 }]);
      assert.deepEqual(await log.admin.groupOffsets("killed"), [
        { topic, partition: 0, offset: 2 },
      ]);
    },
  );

  await parent.test(
    "a broker that is killed in a transaction leaves nothing of it, and the producer does the next one",
    async (t) => {
      const topic = await topicOf(log, "killed-in-transaction");
      const options = { clientId: "faults", transactionalId: "killed" };
      const producer = await closing(t, log.producer(options));
      const broken = await producer.begin();
      await broken.send([recordOf(topic, "not committed")]);

      await whileKilled(server, async () => {
        await assert.rejects(broken.commit(), { code: "LOG_UNAVAILABLE" });
        await assert.rejects(producer.begin(), { code: "LOG_UNAVAILABLE" });
      });
      await untilDone(() => inTransaction(producer, recordOf(topic, "committed")));

      assert.deepEqual(await contentsOf(log, topic), ["committed"]);
    },
  );

  await parent.test(
    "after a transaction without an answer the next one is stored, not taken for a repetition",
    async (t) => {
      const topic = await topicOf(log, "unanswered");
      const options = { clientId: "faults", transactionalId: "unanswered" };
      const producer = await closing(t, log.producer(options));
      await inTransaction(producer, recordOf(topic, "first"));
      const broken = await producer.begin();
      await broken.send([recordOf(topic, "aborted")]);

      server.pause();
      const unanswered = broken.send([recordOf(topic, "unanswered")]);
      await assert.rejects(unanswered, { code: "LOG_UNAVAILABLE" }).finally(() => server.resume());
      // A broker that was away may load its coordinators anew, and refuses everybody meanwhile.
      await broken.abort().catch(() => undefined);
      await untilDone(() => inTransaction(producer, recordOf(topic, "second")));
      await untilDone(() => inTransaction(producer, recordOf(topic, "third")));

      // A commit that was refused for want of an answer may have succeeded, so one may stand twice.
      const stored = await contentsOf(log, topic);
      assert.deepEqual([...new Set(stored)], ["first", "second", "third"]);
    },
  );

  await parent.test(
    "a commit without an answer is settled by calling it again: what it says is what is stored",
    async (t) => {
      const topic = await topicOf(log, "settled");
      const options = { clientId: "faults", transactionalId: "settled" };
      const producer = await closing(t, log.producer(options));
      const stored: string[] = [];
      for (const value of ["a", "b"]) {
        const transaction = await producer.begin();
        await transaction.send([recordOf(topic, value)]);

        server.pause();
        const unanswered = transaction.commit();
        await assert
          .rejects(unanswered, { code: "LOG_UNAVAILABLE", isRetriable: true })
          .finally(() => server.resume());
        if (await isCommitted(transaction)) stored.push(value);
      }

      assert.deepEqual(await contentsOf(log, topic), stored);
    },
  );

  await parent.test(
    "a transaction that outlived its timeout is told as such, and the next one goes through",
    async (t) => {
      const topic = await topicOf(log, "expired-transaction");
      const options = { clientId: "faults", transactionalId: "expired" };
      const settings = { "transaction.timeout.ms": "1000" };
      // After the pauses of the test before, Kafka may still load its coordinators.
      let opened: Producer | undefined;
      await untilDone(async () => {
        opened = await log.producer({ ...options, settings });
      });
      const producer = await closing(t, Promise.resolve(opened as unknown as Producer));
      const expired = await producer.begin();
      await expired.send([recordOf(topic, "expired")]);
      // Kafka looks for expired transactions every ten seconds; readers pass it when it was aborted.
      const reader = await closing(t, log.reader({ topic }));
      await closing(t, log.producer({ clientId: "faults" })).then((plain) =>
        plain.send([recordOf(topic, "behind it")]),
      );
      assert.deepEqual(await pollValues(reader, 1), ["behind it"]);

      await assert.rejects(expired.commit(), { code: "TRANSACTION_ABORTED", isRetriable: true });
      await inTransaction(producer, recordOf(topic, "next"));

      assert.deepEqual(await contentsOf(log, topic), ["behind it", "next"]);
    },
  );

  await parent.test(
    "a producer that another has fenced does not take the transactional id back, whatever failed before",
    async (t) => {
      const topic = await topicOf(log, "zombie");
      const options = { clientId: "faults", transactionalId: "zombie" };
      const zombie = await closing(t, log.producer(options));
      const broken = await zombie.begin();
      server.pause();
      const unanswered = broken.send([recordOf(topic, "of the zombie")]);
      await assert.rejects(unanswered, { code: "LOG_UNAVAILABLE" }).finally(() => server.resume());
      const heir = await closing(
        t,
        untilOpen(() => log.producer(options)),
      );

      await assert.rejects(
        untilDone(() => inTransaction(zombie, recordOf(topic, "again")), isFenced),
        { code: "PRODUCER_FENCED" },
      );
      await inTransaction(heir, recordOf(topic, "of the heir"));

      assert.deepEqual(await contentsOf(log, topic), ["of the heir"]);
    },
  );

  await parent.test(
    "a send without an answer is refused within four request timeouts, and what follows keeps its order",
    async (t) => {
      const topic = await topicOf(log, "paused");
      const producer = await closing(t, log.producer({ clientId: "faults" }));
      await producer.send([recordOf(topic, "first")]);

      server.pause();
      const startedAt = performance.now();
      const unanswered = producer.send([recordOf(topic, "unanswered")]);
      const behind = producer.send([recordOf(topic, "behind it")]);
      await assert.rejects(unanswered, { code: "LOG_UNAVAILABLE" }).finally(() => server.resume());
      const seconds = (performance.now() - startedAt) / 1000;
      await assert.rejects(behind, { code: "LOG_UNAVAILABLE" });
      await producer.send([recordOf(topic, "last")]);

      assert.ok(seconds < (4 * REQUEST_TIMEOUT_MS) / 1000 + 8, `${seconds} s`);
      // Stored all the same, but once: its repetitions had the same number.
      const stored = await contentsOf(log, topic);
      assert.deepEqual(stored, ["first", "unanswered", "behind it", "last"]);
    },
  );

  await parent.test("a poll ends in its time though the group waits for a member", async (t) => {
    const topic = await topicOf(log, "slow-join");
    const options = { clientId: "faults", groupId: "slow-join", topics: [topic] };
    const settings = { "heartbeat.interval.ms": "100", "max.poll.interval.ms": "10000" };
    const absent = await closing(t, log.consumer({ ...options, settings }));
    await untilDone(async () => {
      await absent.poll(100);
      assert.equal(absent.assignment().length, 1);
    });
    const waiting = await closing(t, log.consumer({ ...options, settings }));

    // The first member is not polled, so the group cannot give its partition away yet.
    const startedAt = performance.now();
    const records = await waiting.poll(300);
    const aborted = await waiting.poll(60_000, AbortSignal.timeout(100));

    assert.deepEqual([...records, ...aborted], []);
    assert.ok(performance.now() - startedAt < 3000);
  });

  await parent.test(
    "a consumer whose next records have expired goes on at the earliest",
    async (t) => {
      const topic = await topicOf(log, "expired");
      const producer = await closing(t, log.producer({ clientId: "faults" }));
      await producer.send(["a", "b", "c"].map((value) => recordOf(topic, value)));
      await log.admin.alterGroupOffsets("expired", [{ topic, partition: 0, offset: 1 }]);
      const admin = kafkaJs(server.bootstrapServers).admin();
      await admin.connect();
      t.after(() => admin.disconnect());
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "2" }] });

      const options = { clientId: "faults", groupId: "expired", topics: [topic] };
      const consumer = await closing(t, log.consumer(options));

      assert.deepEqual(await pollValues(consumer, 1), ["c"]);
    },
  );

  await parent.test(
    "kafkajs's own idempotent producer confirms a record that Kafka has not stored, so it is not used",
    async (t) => {
      const topic = await topicOf(log, "kafkajs-idempotent");
      const producer = kafkaJs(server.bootstrapServers).producer({
        idempotent: true,
        maxInFlightRequests: 1,
      });
      await producer.connect();
      t.after(() => producer.disconnect());
      const send = (value: string) => producer.send({ topic, acks: -1, messages: [{ value }] });
      await send("first");

      server.pause();
      await assert.rejects(send("unanswered")).finally(() => server.resume());
      const [confirmed] = await send("lost");

      assert.equal(confirmed?.errorCode, 0);
      assert.deepEqual(await contentsOf(log, topic), ["first", "unanswered"]);
    },
  );
});

test("a port without a Kafka is named, with what to check", async () => {
  const opened = openKafkaLog({ "bootstrap.servers": "127.0.0.1:1" });

  await assert.rejects(opened, {
    code: "LOG_UNAVAILABLE",
    isRetriable: true,
    message: /127\.0\.0\.1:1 .*check .*bootstrap\.servers/,
  });
});

/** kafkajs as it is, to show what it does. */
function kafkaJs(server: string) {
  return new kafkajs.Kafka({
    clientId: "faults",
    brokers: [server],
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 200 },
  });
}

/** The server runs again afterwards, also when a check failed: the other tests need it. */
async function whileKilled(server: KafkaServer, act: () => Promise<void>): Promise<void> {
  await server.kill();
  try {
    await act();
  } finally {
    await server.restart();
  }
}

async function closing<T extends { close(): Promise<void> }>(
  t: TestContext,
  opening: Promise<T>,
): Promise<T> {
  const opened = await opening;
  t.after(() => opened.close());
  return opened;
}

/** Kafka takes a broker that was away back after a moment; until then there is none to put a topic on. */
async function topicOf(log: RecordLog, topic: string): Promise<string> {
  await untilDone(() => log.admin.createTopics([{ topic, partitions: 1 }]));
  return topic;
}

function recordOf(topic: string, value: string): NewRecord {
  return { topic, key: null, value: new TextEncoder().encode(value) };
}

function valuesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => new TextDecoder().decode(value ?? undefined));
}

async function inTransaction(producer: Producer, record: NewRecord): Promise<void> {
  const transaction = await producer.begin();
  await transaction.send([record]);
  await transaction.commit();
}

/** Tries again what a broker that has just come back may still refuse. */
async function untilDone(
  attempt: () => Promise<unknown>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<void> {
  await untilOpen(attempt, isFinal);
}

async function untilOpen<T>(
  attempt: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline || isFinal(error)) throw error;
    }
  }
}

const isFenced = (error: unknown): boolean =>
  error instanceof RecordLogError && error.code === "PRODUCER_FENCED";

/** Calls `commit` until it says what became of the transaction. */
async function isCommitted(transaction: Transaction): Promise<boolean> {
  let isStored = false;
  await untilDone(async () => {
    try {
      await transaction.commit();
      isStored = true;
    } catch (error) {
      if (!(error instanceof RecordLogError) || error.code !== "TRANSACTION_ABORTED") throw error;
    }
  });
  return isStored;
}

function untilSent(producer: Producer, record: NewRecord): Promise<void> {
  return untilDone(() => producer.send([record]));
}

async function pollValues(from: Consumer | Reader, count: number): Promise<string[]> {
  const values: string[] = [];
  await untilDone(async () => {
    values.push(...valuesOf(await from.poll(500)));
    assert.ok(values.length >= count, `${values.length} of ${count} records came`);
  });
  return values;
}

/** Everything that a committed reader sees of a topic. */
async function contentsOf(log: RecordLog, topic: string): Promise<string[]> {
  const reader = await log.reader({ topic });
  try {
    const values: string[] = [];
    while (!(await reader.isAtEnd())) values.push(...valuesOf(await reader.poll(500)));
    return values;
  } finally {
    await reader.close();
  }
}
