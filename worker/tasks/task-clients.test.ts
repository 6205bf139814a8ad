import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConsumerOptions, ProducerOptions, RecordLog } from "#broker";
import { FakeSink, sinkHarness } from "../fixtures/fake-sink.ts";
import { FakeSource, recordsOf, sourceHarness } from "../fixtures/fake-source.ts";

/** The same log, which notes with what its clients are made. */
function notingLog() {
  const consumers: ConsumerOptions[] = [];
  const producers: ProducerOptions[] = [];
  const wrap = (log: RecordLog): RecordLog => ({
    clusterId: log.clusterId,
    admin: log.admin,
    reader: (options) => log.reader(options),
    membership: (options) => log.membership(options),
    close: () => log.close(),
    consumer: (options) => (consumers.push(options), log.consumer(options)),
    producer: (options) => (producers.push(options), log.producer(options)),
  });
  return { wrap, consumers, producers };
}

test("a sink's consumer has Kafka Connect's names, and settings of the worker, then of the connector", async (t) => {
  const { wrap, consumers } = notingLog();
  const { start, write } = await sinkHarness(t, {
    wrap,
    workerProps: {
      "consumer.max.poll.records": "7",
      "consumer.auto.offset.reset": "latest",
      "consumer.session.timeout.ms": "9000",
    },
    props: {
      "consumer.override.max.poll.records": "3",
      "consumer.override.auto.offset.reset": "earliest",
    },
  });
  await write("in", "a");
  const task = new FakeSink();

  start(task);
  await task.taken.atLeast(1);

  const [consumer] = consumers;
  assert.equal(consumer?.clientId, "connector-consumer-c-0");
  assert.equal(consumer.groupId, "connect-c");
  assert.equal(consumer.maxPollRecords, 3);
  assert.equal(consumer.autoOffsetReset, "earliest");
  assert.equal(consumer.settings?.["session.timeout.ms"], "9000");
});

test("names that a connector chooses for itself are taken", async (t) => {
  const { wrap, consumers } = notingLog();
  const { start, write } = await sinkHarness(t, {
    wrap,
    props: { "consumer.override.group.id": "own", "consumer.override.client.id": "mine" },
  });
  await write("in", "a");
  const task = new FakeSink();

  start(task);
  await task.taken.atLeast(1);

  assert.deepEqual([consumers[0]?.groupId, consumers[0]?.clientId], ["own", "mine"]);
});

test("a source's producer has Kafka Connect's name, and settings of the worker, then of the connector", async (t) => {
  const { wrap, producers } = notingLog();
  const { start } = await sourceHarness(t, {
    wrap,
    workerProps: { "producer.compression.type": "gzip", "producer.linger.ms": "5" },
    props: { "producer.override.compression.type": "none" },
  });
  const task = new FakeSource();
  task.give(...recordsOf("a"));

  start(task);
  await task.fates.atLeast(1);

  const made = producers.find(({ clientId }) => clientId === "connector-producer-c-0");
  assert.equal(made?.settings?.["compression.type"], "none");
  assert.equal(made.settings["linger.ms"], "5");
});
