import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { openRecordLog } from "#broker";
import { parseWorkerConfig } from "../config/worker-config.ts";
import { temporaryDirectory, workerProps } from "../fixtures/task-harness.ts";
import { ensureInternalTopic, internalTopics } from "./internal-topics.ts";

async function logOf(t: TestContext) {
  const log = await openRecordLog({ "bootstrap.servers": `embedded:${temporaryDirectory(t)}` });
  t.after(() => log.close());
  return log;
}

const topicsOf = (overrides: Readonly<Record<string, string>> = {}) => {
  const props = workerProps(overrides);
  return internalTopics(props, parseWorkerConfig(props));
};

test("further settings under config.storage., offset.storage. and status.storage. are the topics'", async (t) => {
  const log = await logOf(t);
  const [configs, offsets] = topicsOf({
    "config.storage.partitions": "7",
    "offset.storage.max.message.bytes": "2000000",
    "offset.storage.cleanup.policy": "delete",
    "offset.storage.partitions": "3",
  });
  assert.ok(configs && offsets);

  for (const each of [configs, offsets]) await ensureInternalTopic(log, each);

  const [made, second] = await log.admin.describeTopics([configs.topic, offsets.topic]);
  assert.equal(made?.partitions, 1);
  assert.equal(second?.partitions, 3);
  assert.equal(second?.config["max.message.bytes"], "2000000");
  assert.equal(second?.config["cleanup.policy"], "compact");
  // Once they are there, they are taken as they are.
  for (const each of [configs, offsets]) await ensureInternalTopic(log, each);
});

for (const policy of ["delete", "compact,delete"]) {
  test(`a topic with cleanup.policy=${policy} is refused: it would forget offsets`, async (t) => {
    const log = await logOf(t);
    const [, offsets] = topicsOf();
    assert.ok(offsets);
    await log.admin.createTopics([
      { topic: offsets.topic, partitions: 1, config: { "cleanup.policy": policy } },
    ]);

    await assert.rejects(ensureInternalTopic(log, offsets), {
      name: "ConfigError",
      message: new RegExp(
        `^Topic 'connect-offsets' supplied via the 'offset\\.storage\\.topic' property is required to have 'cleanup\\.policy=compact' .* 'cleanup\\.policy=${policy}'`,
      ),
    });
  });
}

test("a config topic with several partitions is refused, other topics are not", async (t) => {
  const log = await logOf(t);
  const [configs, , statuses] = topicsOf();
  assert.ok(configs && statuses);
  const config = { "cleanup.policy": "compact" };
  await log.admin.createTopics(
    [configs, statuses].map(({ topic }) => ({ topic, partitions: 2, config })),
  );

  await assert.rejects(ensureInternalTopic(log, configs), /single partition .* found 2 partitions/);
  await ensureInternalTopic(log, statuses);
});
