// `npm run demo`: the main job of the product on this machine, from nothing to FHIR in a file.
//
// Starts the worker, posts the pipeline of connect-configs/, sends messages of the synthetic
// hospital over a socket, waits until all of it has arrived, and says where everything is.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { deliveredBy, positionsNow } from "./demo/delivery.ts";
import type { Delivery } from "./demo/delivery.ts";
import { postPipeline } from "./demo/pipeline.ts";
import { sendHospital } from "./demo/send.ts";
import { startWorker } from "./demo/worker-process.ts";

const HELP = `npm run demo -- [options]

  --once             stop after delivery (otherwise the worker stays until Ctrl-C)
  --json             one JSON object on stdout, words on stderr
  --bootstrap H:P    use this Kafka instead of the embedded log
  --count N          messages to send (default 500)
  --seed N           which invented hospital (default 1)
  --connections N    sockets to send over (default 10)
  --directory DIR    where log and files go (default data/demo-TIME)
  --port N           MLLP port (default: a free one)
`;

const { values } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    bootstrap: { type: "string" },
    count: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    connections: { type: "string", default: "10" },
    directory: { type: "string" },
    port: { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const startedAt = performance.now();
const time = new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, "");
const directory = resolve(values.directory ?? join("data", `demo-${time}`));
mkdirSync(directory, { recursive: true });
const bootstrapServers = values.bootstrap ?? `embedded:${join(directory, "log")}`;
const file = join(directory, "fhir.ndjson");

say(`Log: ${bootstrapServers}`);
const before = await positionsNow(bootstrapServers);
const worker = await startWorker(directory, bootstrapServers);
say(`Worker: ${worker.url}`);

let isComplete = false;
try {
  const port = await postPipeline(worker.url, { port: Number(values.port), file });
  say(`Pipeline posted; MLLP listens on 127.0.0.1:${port}`);

  const sent = await sendHospital({
    port,
    count: Number(values.count),
    seed: Number(values.seed),
    connections: Number(values.connections),
    onProgress: (done, all) => say(`sent ${done} of ${all}`),
  });
  const delivery = await deliveredBy(bootstrapServers, before, file, sent, (line) => say(line));
  isComplete = delivery.missing.length === 0;
  report(delivery, sent.acknowledged);
} catch (error) {
  say(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  say(`The worker's log is ${worker.logFile}`);
}

if (isComplete && !values.once) {
  say(`\nThe worker goes on at ${worker.url} until Ctrl-C.`);
  await new Promise((done) => process.once("SIGINT", done).once("SIGTERM", done));
}
await worker.stop();
process.exitCode = isComplete ? 0 : 1;

function report(delivery: Delivery, acknowledged: Readonly<Record<string, number>>): void {
  const files = [file, worker.logFile];
  for (const line of delivery.missing) say(`missing: ${line}`);
  if (values.json) {
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    const sent = Number(values.count);
    const { topics } = delivery;
    process.stdout.write(`${JSON.stringify({ sent, acknowledged, topics, files, seconds })}\n`);
    return;
  }
  const width = Math.max(...Object.keys(delivery.topics).map((topic) => topic.length));
  process.stdout.write("\nRecords by topic\n");
  for (const [topic, count] of Object.entries(delivery.topics)) {
    process.stdout.write(`  ${topic.padEnd(width)}  ${String(count).padStart(6)}\n`);
  }
  process.stdout.write(`\nFiles\n${files.map((name) => `  ${name}\n`).join("")}`);
  process.stdout.write(
    `\nLook inside\n  npm run cli -- topics read healthcare.fhir.patient --from-beginning --max 1 --bootstrap ${bootstrapServers}\n` +
      `  curl '${worker.url}/connectors?expand=status'\n`,
  );
}
