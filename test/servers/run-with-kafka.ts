// node test/servers/run-with-kafka.ts -- command [args …]
//
// Starts one Kafka for a whole run, names it in CLINICAL_KAFKA, and stops it afterwards. Without Java or
// Maven the command runs all the same, and its tests say what they left out; in CI that is a failure.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startKafka } from "./kafka.ts";
import type { KafkaServer } from "./kafka.ts";
import { ServerMissingError } from "./kafka-jars.ts";

const [program = "", ...args] = process.argv.slice(process.argv.indexOf("--") + 1);
let server: KafkaServer | undefined;
const startedAt = performance.now();
try {
  server = await startKafka();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(`Apache Kafka runs on ${server.bootstrapServers} (${seconds} s)\n`);
} catch (error) {
  if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
  process.stderr.write(`✖ Tests on a real Kafka are LEFT OUT: ${error.message}\n`);
}
const child = spawn(program, args, {
  stdio: "inherit",
  env: { ...process.env, ...(server ? { CLINICAL_KAFKA: server.bootstrapServers } : {}) },
});
const [code] = (await once(child, "close")) as [number | null];
await server?.stop();
process.exit(code ?? 1);
