import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Settings that a test worker needs; `bootstrap.servers` comes from the test. */
export function workerProps(
  bootstrapServers: string,
  overrides: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    "bootstrap.servers": bootstrapServers,
    "group.id": "clinical-connect",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": "false",
    "config.storage.topic": "connect-configs",
    "config.storage.replication.factor": "1",
    "offset.storage.topic": "connect-offsets",
    "offset.storage.replication.factor": "1",
    "offset.storage.partitions": "5",
    "status.storage.topic": "connect-status",
    "status.storage.replication.factor": "1",
    "status.storage.partitions": "1",
    "offset.flush.interval.ms": "1000",
    listeners: "http://127.0.0.1:0",
    ...overrides,
  };
}

/** A directory that goes away with the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "clinical-connect-"));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

export interface WorkerProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it wrote to stdout and stderr so far. */
  output(): string;
  /** Ends it with a signal and waits for the end; the exit code, or null after a signal. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** What a worker that could not start left behind. */
export class WorkerStartError extends Error {
  readonly exitCode: number | null;
  readonly output: string;

  constructor(exitCode: number | null, output: string) {
    super(`the worker ended with ${exitCode} before it was ready:\n${output}`);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** Starts the product's worker as a process of its own and waits for the line with its address. */
export async function startWorkerProcess(
  t: TestContext,
  props: Readonly<Record<string, string>>,
  connectorFiles: readonly string[] = [],
): Promise<WorkerProcess> {
  const file = join(temporaryDirectory(t), "worker.json");
  writeFileSync(file, JSON.stringify(props));
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "worker/main.ts", file, ...connectorFiles],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  const ended = once(child, "close") as Promise<[number | null]>;
  const address = new Promise<string>((resolve) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      const match = /ready[^\n]*?(https?:\/\/[\w.:[\]-]+)/.exec(output);
      if (match?.[1]) resolve(match[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await ended;
    return code;
  };
  t.after(() => end("SIGKILL"));

  const url = await Promise.race([
    address,
    ended.then(([code]) => Promise.reject(new WorkerStartError(code, output))),
  ]);
  return { url, pid: child.pid ?? 0, output: () => output, end };
}
