import assert from "node:assert/strict";
import { test } from "node:test";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { rest } from "#test/support/rest-client";
import { WorkerStartError, startWorkerProcess, workerProps } from "#test/support/worker-process";
import { internalTopics } from "../rest/internal-topics.ts";

test("a worker does not start in a group of Kafka Connect's workers, says why, and leaves them alone", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const shared = internalTopics("in-use");
  const java = await connectWorkerForTests(t, { bootstrapServers, props: shared });

  await assert.rejects(
    () => startWorkerProcess(t, workerProps(bootstrapServers, shared)),
    (error: unknown) => {
      assert.ok(error instanceof WorkerStartError);
      assert.equal(error.exitCode, 1);
      assert.match(error.output, /speak another protocol.*choose another group\.id/);
      return true;
    },
  );
  assert.equal((await rest(java.url, "GET", "/connectors")).status, 200);
});
