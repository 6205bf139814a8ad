import assert from "node:assert/strict";
import { test } from "node:test";
import { sink, source, worker } from "../fixtures/herder-harness.ts";

test("a sink's offsets can be read, changed and reset while it is stopped", async (t) => {
  const { herder, reached, plan, write } = await worker(t);
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");
  await write("a", "b");
  await plan.taken.atLeast(2);
  const place = { kafka_topic: "in", kafka_partition: 0 };
  await assert.rejects(
    herder.alterOffsets("c", [{ partition: place, offset: { kafka_offset: 1 } }]),
    { status: 400, message: /must be in the STOPPED state/ },
  );
  await herder.stopConnector("c");
  await reached("c", "STOPPED");
  assert.deepEqual(await herder.connectorOffsets("c"), {
    offsets: [{ partition: place, offset: { kafka_offset: 2 } }],
  });

  const message = await herder.alterOffsets("c", [
    { partition: { ...place, kafka_partition: "0" }, offset: { kafka_offset: "1" } },
  ]);
  await herder.resumeConnector("c");
  assert.deepEqual(await plan.taken.atLeast(3), ["a", "b", "b"]);
  assert.equal(message, "The offsets for this connector have been altered successfully");

  await reached("c", "RUNNING", "RUNNING");
  await herder.stopConnector("c");
  await reached("c", "STOPPED");
  assert.equal(
    await herder.resetOffsets("c"),
    "The offsets for this connector have been reset successfully",
  );
  assert.deepEqual(await herder.connectorOffsets("c"), { offsets: [] });
});

test("a source's offsets can be changed and removed, and the answer says who owns them", async (t) => {
  const { herder, reached } = await worker(t);
  await herder.createConnector("mine", source({ "owns.offsets": "true" }), "STOPPED");
  await herder.createConnector("theirs", source(), "STOPPED");
  await reached("mine", "STOPPED");
  await reached("theirs", "STOPPED");
  const [f, g] = [{ file: "f" }, { file: "g" }];

  assert.equal(
    await herder.alterOffsets("mine", [
      { partition: f, offset: { at: 1 } },
      { partition: g, offset: { at: 2 } },
    ]),
    "The offsets for this connector have been altered successfully",
  );
  await herder.alterOffsets("mine", [{ partition: g, offset: null }]);
  assert.deepEqual(await herder.connectorOffsets("mine"), {
    offsets: [{ partition: f, offset: { at: 1 } }],
  });
  assert.match(
    await herder.alterOffsets("theirs", [{ partition: f, offset: { at: 9 } }]),
    /^The Connect framework-managed offsets for this connector have been altered successfully\. However/,
  );
  await assert.rejects(herder.alterOffsets("mine", [{ partition: f, offset: { at: { x: 1 } } }]), {
    status: 500,
    message: "Offsets may only contain primitive types as values, but field at contains MAP",
  });
});

const place = { kafka_topic: "in", kafka_partition: 0 };
for (const { partition, offset, message } of [
  {
    partition: null,
    offset: null,
    message: "The partition for a sink connector offset cannot be null or missing",
  },
  {
    partition: { kafka_topic: "in" },
    offset: null,
    message:
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
  },
  {
    partition: { ...place, kafka_topic: null },
    offset: null,
    message: "Kafka topic names must be valid strings and may not be null",
  },
  {
    partition: { ...place, kafka_partition: null },
    offset: null,
    message: "Kafka partitions must be valid numbers and may not be null",
  },
  {
    partition: { ...place, kafka_partition: "x" },
    offset: null,
    message:
      "Failed to parse the following Kafka partition value in the provided offsets: 'x'. Partition values for sink connectors need to be integers.",
  },
  {
    partition: place,
    offset: {},
    message:
      "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
  },
  {
    partition: place,
    offset: { kafka_offset: "x" },
    message:
      "Failed to parse the following Kafka offset value in the provided offsets: 'x'. Offset values for sink connectors need to be integers.",
  },
]) {
  test(`a sink offset is refused: ${message.slice(0, 60)}…`, async (t) => {
    const { herder, reached } = await worker(t);
    await herder.createConnector("c", sink(), "STOPPED");
    await reached("c", "STOPPED");

    await assert.rejects(herder.alterOffsets("c", [{ partition, offset }]), {
      status: 400,
      message,
    });
  });
}
