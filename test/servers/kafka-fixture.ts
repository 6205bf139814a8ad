import type { TestContext } from "node:test";
import { startKafka } from "./kafka.ts";
import type { KafkaOptions, KafkaServer } from "./kafka.ts";
import { ServerMissingError } from "./kafka-jars.ts";

/**
 * A Kafka for one test: the one that the runner started (`CLINICAL_KAFKA`), else one of its own.
 *
 * Where it cannot be had, the test is skipped loudly; in CI it fails.
 */
export async function kafkaForTests(t: TestContext): Promise<{ bootstrapServers: string }> {
  const running = process.env["CLINICAL_KAFKA"];
  return running ? { bootstrapServers: running } : ownKafkaForTests(t);
}

/** A Kafka that this test alone uses and may kill and stop; skipped and failing as above. */
export async function ownKafkaForTests(
  t: TestContext,
  options: KafkaOptions = {},
): Promise<KafkaServer> {
  try {
    const server = await startKafka(options);
    t.after(() => server.stop());
    return server;
  } catch (error) {
    if (error instanceof ServerMissingError && !process.env["CI"]) {
      t.skip(`NOT RUN on a real Kafka: ${error.message}`);
    }
    throw error;
  }
}
