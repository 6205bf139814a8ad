import { test } from "node:test";
import { kafkaForTests } from "../../test/servers/kafka-fixture.ts";
import { recordLogClaims } from "../contract/contract-claims.ts";
import { openKafkaLog } from "./kafka-log.ts";

test("Apache Kafka keeps the finer claims of the contract", { concurrency: 8 }, async (parent) => {
  const { bootstrapServers } = await kafkaForTests(parent);

  await recordLogClaims(parent, async (t) => {
    const log = await openKafkaLog({ "bootstrap.servers": bootstrapServers });
    t.after(() => log.close());
    return log;
  });
});
