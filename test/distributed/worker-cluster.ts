import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { rest } from "#test/support/rest-client";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";
import type { WorkerProcess } from "#test/support/worker-process";

const PLUGINS = fileURLToPath(new URL("plugins", import.meta.url));

/** Kafka takes no shorter one. */
export const SESSION_MS = 6000;

interface Status {
  readonly connector: { readonly state: string; readonly worker_id: string };
  readonly tasks: readonly {
    readonly id: number;
    readonly state: string;
    readonly worker_id: string;
  }[];
}

/** Workers as processes of one group, which share internal topics of their own. */
export class WorkerCluster {
  /** Distinguishes this cluster's groups and topics from those of other tests. */
  readonly id = randomUUID().slice(0, 8);
  /** Gets a line for each start of a task: its number and the process. */
  readonly startsFile: string;
  readonly #t: TestContext;
  readonly #props: Readonly<Record<string, string>>;

  constructor(
    t: TestContext,
    bootstrapServers: string,
    overrides: Readonly<Record<string, string>> = {},
  ) {
    this.#t = t;
    this.startsFile = join(temporaryDirectory(t), "starts");
    writeFileSync(this.startsFile, "");
    this.#props = workerProps(bootstrapServers, {
      "group.id": `workers-${this.id}`,
      "config.storage.topic": `configs-${this.id}`,
      "offset.storage.topic": `offsets-${this.id}`,
      "status.storage.topic": `status-${this.id}`,
      "session.timeout.ms": String(SESSION_MS),
      "heartbeat.interval.ms": "500",
      "plugin.path": PLUGINS,
      ...overrides,
    });
  }

  start(overrides: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
    return startWorkerProcess(this.#t, { ...this.#props, ...overrides });
  }

  /** A source that writes 0, 1, 2, … for each of its tasks to the topic of its name. */
  source(name: string, tasks: number, overrides: Readonly<Record<string, string>> = {}) {
    return {
      name,
      config: {
        "connector.class": "SequenceSource",
        topic: `${name}-${this.id}`,
        "tasks.max": String(tasks),
        "starts.file": this.startsFile,
        ...overrides,
      },
    };
  }

  /** How often each task started so far. */
  starts(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const line of readFileSync(this.startsFile, "utf8").split("\n")) {
      if (line === "") continue;
      const task = Number(line.split(" ")[0]);
      counts.set(task, (counts.get(task) ?? 0) + 1);
    }
    return counts;
  }
}

/** `host:port`, as statuses show a worker. */
export const idOf = ({ url }: WorkerProcess): string => new URL(url).host;

export async function statusOf(url: string, name: string): Promise<Status | undefined> {
  const { status, body } = await rest(url, "GET", `/connectors/${name}/status`);
  return status === 200 ? (body as Status) : undefined;
}

/** How many running tasks of a connector each worker has, as one of them tells it. */
export async function tasksByWorker(url: string, name: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const status = await statusOf(url, name);
  for (const { state, worker_id: worker } of status?.tasks ?? []) {
    if (state === "RUNNING") counts.set(worker, (counts.get(worker) ?? 0) + 1);
  }
  return counts;
}

/** Whether these workers, and no others, run all tasks, none two more than another. */
export async function isBalanced(
  url: string,
  name: string,
  tasks: number,
  workers: readonly WorkerProcess[],
): Promise<boolean> {
  const counts = await tasksByWorker(url, name);
  const own = workers.map((worker) => counts.get(idOf(worker)) ?? 0);
  const sum = own.reduce((total, count) => total + count, 0);
  return sum === tasks && Math.max(...own) - Math.min(...own) <= 1;
}
