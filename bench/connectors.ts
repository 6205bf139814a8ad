// `npm run bench:connectors [-- COUNT]`: one worker with 1,000 connectors of one task each.
//
// Says how long the worker takes to start with them, how long `GET /connectors?expand=status` takes, how much
// CPU it uses while nothing comes in, and its memory. The connectors read files to which nobody writes.
// With CLINICAL_KAFKA the log is that Kafka, else the embedded one.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const COUNT = Number(process.argv[2] ?? 1000);
const IDLE_MS = 20_000;
const REQUESTS = 20;
const TARGETS = { expandMs: 200, startMs: 10_000, idleCpu: 0.05 } as const;

interface Worker {
  readonly url: string;
  readonly process: ChildProcess;
}

const folder = mkdtempSync(join(tmpdir(), "bench-connectors-"));
const file = join(folder, "worker.json");
const name = `bench-${process.pid}`;
writeFileSync(
  file,
  JSON.stringify({
    "bootstrap.servers": process.env["CLINICAL_KAFKA"] ?? `embedded:${folder}/log`,
    "group.id": name,
    "config.storage.topic": `${name}-configs`,
    "offset.storage.topic": `${name}-offsets`,
    "status.storage.topic": `${name}-status`,
    "config.storage.replication.factor": "1",
    "offset.storage.replication.factor": "1",
    "status.storage.replication.factor": "1",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    listeners: "http://127.0.0.1:0",
  }),
);

/** Starts the worker and waits for the line with its address. */
async function start(): Promise<Worker> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "worker/main.ts", file],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const url = /ready[^\n]*?(http:\/\/[\w.:[\]-]+)/.exec(output)?.[1];
    if (url) return { url, process: child };
  }
  throw new Error("the worker did not start");
}

async function stop({ process: child }: Worker): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function get(url: string): Promise<unknown> {
  return (await (await fetch(url)).json()) as unknown;
}

/** Waits until every connector and its task run; how long that took, in milliseconds. */
async function allRun(url: string): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const all = (await get(`${url}/connectors?expand=status`)) as Record<
      string,
      { readonly status: { readonly tasks: readonly { readonly state: string }[] } }
    >;
    const running = Object.values(all).filter(
      ({ status }) => status.tasks.length === 1 && status.tasks[0]?.state === "RUNNING",
    );
    if (running.length === COUNT) return performance.now() - startedAt;
    if (performance.now() - startedAt > 300_000) throw new Error(`only ${running.length} run`);
    await delay(200);
  }
}

/** User and system time of a process so far, in milliseconds. Source: proc(5). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1]) / 1024);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

let worker = await start();
try {
  const createdAt = performance.now();
  for (let index = 0; index < COUNT; index += 10) {
    await Promise.all(
      Array.from({ length: Math.min(10, COUNT - index) }, async (_, place) => {
        const body = JSON.stringify({
          name: `bench-${index + place}`,
          config: {
            "connector.class": "FileStreamSource",
            topic: "bench",
            file: join(folder, `in-${index + place}.txt`),
          },
        });
        const headers = { "content-type": "application/json" };
        const response = await fetch(`${worker.url}/connectors`, { method: "POST", headers, body });
        if (response.status !== 201) throw new Error(await response.text());
      }),
    );
  }
  await allRun(worker.url);
  report("created and running", `${seconds(performance.now() - createdAt)} s`);
  await stop(worker);

  const startedAt = performance.now();
  worker = await start();
  const answeredAt = performance.now();
  await allRun(worker.url);
  const startMs = performance.now() - startedAt;
  report("start until REST answers", `${seconds(answeredAt - startedAt)} s`);
  report("start until all run", `${seconds(startMs)} s`, startMs <= TARGETS.startMs, "10 s");

  const times: number[] = [];
  for (let count = 0; count < REQUESTS; count += 1) {
    const before = performance.now();
    await get(`${worker.url}/connectors?expand=status`);
    times.push(performance.now() - before);
  }
  const expandMs = median(times);
  report(
    "expand=status, median",
    `${expandMs.toFixed(0)} ms`,
    expandMs <= TARGETS.expandMs,
    "200 ms",
  );
  report("expand=status, slowest", `${Math.max(...times).toFixed(0)} ms`);

  const pid = worker.process.pid ?? 0;
  const [cpuBefore, idleAt] = [cpuMs(pid), performance.now()];
  await delay(IDLE_MS);
  const idle = (cpuMs(pid) - cpuBefore) / (performance.now() - idleAt);
  report("idle CPU", `${(idle * 100).toFixed(1)} % of a core`, idle <= TARGETS.idleCpu, "5 %");
  report("memory", `${memoryMb(pid)} MB`);
} finally {
  await stop(worker);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function report(what: string, value: string, isReached?: boolean, target?: string): void {
  const verdict = isReached === undefined ? "" : ` (${isReached ? "✔" : "✖"} at most ${target})`;
  process.stdout.write(`${what.padEnd(28)} ${value}${verdict}\n`);
}
