// `npm run bench:snowflake`: rows per second of the Snowflake sink, beside a plain loop of array-binding INSERTs with the
// same driver into the same double, which is what the driver can do at most. Each run has a server of its own.
//
//   --rows N       rows of each run (default 40,000)
//   --runs N       runs of each kind, in turn (default 3)
//   --memory N     instead: N rows against a slow server, and the heap on the way
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { SinkRecord } from "#connect-api";
import type { Props, SinkConnector } from "#connect-api";
import snowflake from "snowflake-sdk";
import {
  JavaSnowflakeSinkConnector,
  SnowflakeSinkConnector,
} from "../connectors/snowflake-sink/connector.ts";
import { sinkContext } from "../test/support/sink-context.ts";

const { values: args } = parseArgs({
  options: {
    rows: { type: "string", default: "40000" },
    runs: { type: "string", default: "3" },
    memory: { type: "string" },
  },
});

const BATCH = 10_000;
const TOPIC = "healthcare.fhir.patient";
const NOTE = "invented ".repeat(80);

const documentOf = (row: number): string =>
  JSON.stringify({
    resourceType: "Patient",
    id: `p${row}`,
    meta: { versionId: "1", lastUpdated: "2026-01-01T00:00:00Z" },
    name: [{ family: "Invented", given: [`Nobody ${row}`] }],
    birthDate: "1970-01-01",
    text: { status: "generated", div: NOTE },
  });

async function withServer<T>(use: (url: string) => Promise<T>, delayMs = 0): Promise<T> {
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "test/servers/snowflake-double/main.ts",
      String(delayMs),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  try {
    return await use(line.toString("utf8").trim());
  } finally {
    child.stdin.end();
    await once(child, "exit");
  }
}

/** The ceiling: two columns, one INSERT for each batch, nothing else. */
async function plainLoop(url: string, rows: number): Promise<number> {
  snowflake.configure({ logLevel: "OFF" });
  const { hostname, port } = new URL(url);
  const connection = snowflake.createConnection({
    account: "bench",
    host: hostname,
    port: Number(port),
    protocol: "http",
    username: "LOADER",
    password: "invented-password",
    database: "BRONZE",
    schema: "PUBLIC",
  } as never);
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const execute = (sqlText: string, binds: readonly (readonly string[])[] = []): Promise<void> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        ...(binds.length > 0 ? { binds: binds as string[][] } : {}),
        complete: (error) => (error ? reject(error) : resolve()),
      });
    });
  await execute(
    `CREATE TABLE "BRONZE"."PUBLIC"."PLAIN" ("RECORD_CONTENT" VARCHAR, "RECORD_METADATA" VARCHAR)`,
  );
  const startedAt = performance.now();
  for (let from = 0; from < rows; from += BATCH) {
    const binds = Array.from({ length: Math.min(BATCH, rows - from) }, (_, at) => [
      documentOf(from + at),
      JSON.stringify({ topic: TOPIC, partition: 0, offset: from + at }),
    ]);
    await execute(`INSERT INTO "PLAIN" ("RECORD_CONTENT", "RECORD_METADATA") VALUES (?, ?)`, binds);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await new Promise<void>((resolve) => connection.destroy(() => resolve()));
  return rows / seconds;
}

async function sink(
  url: string,
  rows: number,
  own: Props,
  connector: SinkConnector = new SnowflakeSinkConnector(),
  onBatch: (done: number) => void = () => {},
): Promise<number> {
  const task = new (connector.taskClass())();
  const props: Props = {
    "snowflake.url.name": url,
    "snowflake.user.name": "LOADER",
    "snowflake.authenticator": "password",
    "snowflake.password": "invented-password",
    "snowflake.database.name": "BRONZE",
    "snowflake.schema.name": "PUBLIC",
    "buffer.count.records": String(BATCH),
    "buffer.size.bytes": "1000000000",
    ...own,
  };
  const places = [{ topic: TOPIC, partition: 0 }];
  task.initialize(sinkContext(props, { assignment: () => places }));
  await task.start(props);
  await task.open(places);
  const never = new AbortController().signal;
  const startedAt = performance.now();
  // The worker delivers 500 at a time.
  for (let from = 0; from < rows; from += 500) {
    const records = Array.from(
      { length: Math.min(500, rows - from) },
      (_, at) =>
        new SinkRecord({
          topic: TOPIC,
          partition: 0,
          offset: from + at,
          key: "k",
          value: documentOf(from + at),
          timestamp: 1_790_000_000_000,
        }),
    );
    await task.put(records, never);
    if ((from + 500) % BATCH === 0) onBatch(from + 500);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await task.stop();
  return rows / seconds;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

if (args.memory !== undefined) {
  const rows = Number(args.memory);
  await withServer(async (url) => {
    let peak = 0;
    const shown: string[] = [];
    await sink(url, rows, {}, new JavaSnowflakeSinkConnector(), (done) => {
      const { rss, heapUsed } = process.memoryUsage();
      peak = Math.max(peak, rss);
      if (done % (rows / 10) === 0) {
        shown.push(
          `${done} rows: rss ${(rss / 2 ** 20).toFixed(0)} MiB, heap ${(heapUsed / 2 ** 20).toFixed(0)} MiB`,
        );
        process.stderr.write(`${shown.at(-1)}\n`);
      }
    });
    process.stdout.write(`${shown.join("\n")}\npeak rss ${(peak / 2 ** 20).toFixed(0)} MiB\n`);
  }, 50);
} else {
  const rows = Number(args.rows);
  const kinds = {
    "plain INSERT loop (ceiling)": (url: string) => plainLoop(url, rows),
    "append, as Java's connector": (url: string) =>
      sink(url, rows, {}, new JavaSnowflakeSinkConnector()),
    "append, a row for each version": (url: string) => sink(url, rows, { "insert.mode": "append" }),
    upsert: (url: string) => sink(url, rows, { "insert.mode": "upsert" }),
  };
  const found = new Map<string, number[]>();
  for (let run = 0; run < Number(args.runs); run += 1) {
    for (const [kind, measure] of Object.entries(kinds)) {
      const rate = await withServer(measure);
      process.stderr.write(`${kind}: ${rate.toFixed(0)} rows/s\n`);
      found.set(kind, [...(found.get(kind) ?? []), rate]);
    }
  }
  const ceiling = median(found.get("plain INSERT loop (ceiling)") ?? []);
  for (const [kind, rates] of found) {
    const rate = median(rates);
    process.stdout.write(
      `${kind.padEnd(30)} ${rate.toFixed(0).padStart(8)} rows/s  ${((100 * rate) / ceiling).toFixed(0).padStart(4)} %\n`,
    );
  }
}
process.exit(0);
