import assert from "node:assert/strict";
import { test } from "node:test";
import { kafkaForTests } from "../../test/servers/kafka-fixture.ts";
import { recordLogContract } from "../contract/contract.ts";
import { openKafkaLog } from "./kafka-log.ts";

recordLogContract("kafka", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  return openKafkaLog({ "bootstrap.servers": bootstrapServers });
});

test("a cluster that is down is named in the error", async () => {
  const opened = openKafkaLog({
    "bootstrap.servers": "127.0.0.1:1",
    "request.timeout.ms": "1000",
  });

  await assert.rejects(opened, (error: Error & { code?: string }) => {
    assert.equal(error.code, "LOG_UNAVAILABLE");
    assert.match(error.message, /127\.0\.0\.1:1/);
    return true;
  });
});
