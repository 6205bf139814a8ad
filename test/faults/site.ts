import assert from "node:assert/strict";
import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { LogRecord } from "#broker";
import { freePort } from "../servers/free-port.ts";
import { connectorConfig, eventually, postConnector, rest } from "../support/rest-client.ts";
import { openBeside, topicContents, topicsMatching } from "../support/topic-contents.ts";
import { temporaryDirectory, workerProps } from "../support/worker-process.ts";
import { readLedger } from "./ledger.ts";
import type { AnsweredEntry } from "./ledger.ts";
import type { LoadOptions, LoadProgress } from "./load.ts";
import { CANARY } from "./load-messages.ts";
import { judge } from "./oracle.ts";
import type { OracleReport } from "./oracle.ts";

export interface SiteOptions {
  readonly bootstrapServers: string;
  readonly isExactlyOnce: boolean;
  readonly worker?: Readonly<Record<string, string>>;
  readonly connector?: Readonly<Record<string, string>>;
  /** Environment of the worker process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Command in front of `node`, such as `["prlimit", "--nofile=256"]`. */
  readonly wrapper?: readonly string[];
  /** A file that gets what the worker says, in place of the test. */
  readonly outputTo?: string;
}

/** A worker beside the first one. */
export interface Peer {
  readonly url: string;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
}

let sites = 0;

/** A worker process with one MLLP source, and all that it ever said. */
export class Site {
  readonly port: number;
  readonly prefix: string;
  readonly ledger: string;
  readonly connector: string;
  readonly #t: TestContext;
  readonly #options: SiteOptions;
  readonly #folder: string;
  readonly #props: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = "";
  #url = "";
  #hasConnector = false;
  #started = 0;

  constructor(t: TestContext, options: SiteOptions, port: number) {
    this.#t = t;
    this.#options = options;
    this.port = port;
    this.#folder = temporaryDirectory(t);
    this.prefix = `f${process.pid}-${++sites}-`;
    this.connector = `${this.prefix}mllp`;
    this.ledger = join(this.#folder, "ledger.jsonl");
    writeFileSync(this.ledger, "");
    this.#props = workerProps(options.bootstrapServers, {
      "group.id": `${this.prefix}group`,
      "config.storage.topic": `${this.prefix}configs`,
      "offset.storage.topic": `${this.prefix}offsets`,
      "status.storage.topic": `${this.prefix}status`,
      // A worker that was killed is forgotten sooner than by default (10 s), and the next one gets its tasks.
      "session.timeout.ms": "1500",
      "heartbeat.interval.ms": "300",
      ...(options.isExactlyOnce ? { "exactly.once.source.support": "enabled" } : {}),
      ...options.worker,
    });
    t.after(() => this.kill());
  }

  get url(): string {
    return this.#url;
  }
  get pid(): number {
    return this.#child?.pid ?? 0;
  }
  get output(): string {
    return this.#output;
  }
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && !this.#child.signalCode;
  }

  /** Starts the worker, for the first time or again, and waits until senders can connect. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const { child, address } = this.#spawn(this.#props, environment);
    this.#child = child;
    this.#url = await address;
    if (!this.#hasConnector) await postConnector(this.#url, this.#file());
    this.#hasConnector = true;
    await eventually("the port is open", () => this.#isListening(), 60_000, 10);
  }

  /** One more worker of the same group, with a REST address of its own. */
  async startPeer(): Promise<Peer> {
    const { child, address } = this.#spawn({ ...this.#props, listeners: "http://127.0.0.1:0" }, {});
    this.#t.after(() => child.kill("SIGKILL"));
    const url = await address;
    return {
      url,
      signal: (signal) => void child.kill(signal),
      async kill() {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  #spawn(
    props: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string>>,
  ): { readonly child: ChildProcess; readonly address: Promise<string> } {
    const file = join(this.#folder, `worker-${++this.#started}.json`);
    writeFileSync(file, JSON.stringify(props));
    const [program, ...args] = [
      ...(this.#options.wrapper ?? []),
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      "worker/main.ts",
      file,
    ];
    const { outputTo } = this.#options;
    const output = outputTo === undefined ? "pipe" : openSync(outputTo, "a");
    const child: ChildProcess = spawn(program ?? process.execPath, args, {
      stdio: ["ignore", output, output],
      env: { ...process.env, ...this.#options.environment, ...environment },
    });
    if (typeof output === "number") {
      closeSync(output);
      return { child, address: silentAddress(props["listeners"] ?? "") };
    }
    let own = "";
    const address = new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        own += chunk.toString("utf8");
        this.#output += chunk.toString("utf8");
        const match = /ready[^\n]*?(https?:\/\/[\w.:[\]-]+)/.exec(own);
        if (match?.[1]) resolve(match[1]);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("close", (code) => reject(new Error(`the worker ended with ${code}:\n${own}`)));
    });
    return { child, address };
  }

  #file() {
    return {
      ...connectorConfig("mllp-to-topics", {
        "mllp.port": String(this.port),
        "topic.prefix": `${this.prefix}data.`,
        "quarantine.topic": `${this.prefix}refused`,
        "mllp.peer.connections.max": "20000",
        "mllp.connections.max": "20000",
        ...this.#options.connector,
      }),
      name: this.connector,
    };
  }

  /** Deletes the connector and posts it again: its offsets are those of its name, so it knows what it stored. */
  async recreate(): Promise<void> {
    await rest(this.#url, "DELETE", `/connectors/${this.connector}`);
    await postConnector(this.#url, this.#file());
  }

  /** Puts other settings for the connector, as an operator does. */
  async reconfigure(changes: Readonly<Record<string, string>>): Promise<void> {
    const path = `/connectors/${this.connector}/config`;
    const { status, body } = await rest(this.#url, "PUT", path, {
      ...this.#file().config,
      ...changes,
    });
    assert.ok(status < 300, JSON.stringify(body));
  }

  async #isListening(): Promise<boolean> {
    const { connect } = await import("node:net");
    return new Promise((resolve) => {
      const socket = connect({ host: "127.0.0.1", port: this.port });
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves when the process has ended by itself; its code, or null after a signal. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const ended = this.ended();
    this.#child?.kill("SIGKILL");
    await ended;
  }

  /** Everything in the data topics that is committed. */
  async records(): Promise<LogRecord[]> {
    const log = await openBeside(this.#options.bootstrapServers);
    try {
      const pattern = new RegExp(`^${this.prefix}data\\.`);
      return [...(await topicsMatching(log, pattern)).values()].flat();
    } finally {
      await log.close();
    }
  }

  async refusedRecords(): Promise<LogRecord[]> {
    const log = await openBeside(this.#options.bootstrapServers);
    try {
      return await topicContents(log, `${this.prefix}refused`);
    } finally {
      await log.close();
    }
  }

  /** Answers that the senders noted. */
  async answers(isWanted: (entry: AnsweredEntry) => boolean): Promise<AnsweredEntry[]> {
    const entries = await readLedger(this.ledger);
    return entries.filter((entry) => entry.kind === "answered").filter(isWanted);
  }

  /** The oracle over all that was sent so far; fails the test when an invariant is broken. */
  async check(): Promise<OracleReport> {
    const report = judge({
      ledger: await readLedger(this.ledger),
      records: await this.records(),
      isExactlyOnce: this.#options.isExactlyOnce,
      deadlineMs: Number(this.#options.connector?.["mllp.ack.deadline.ms"] ?? 25_000),
    });
    const { violations, ...counts } = report;
    this.#t.diagnostic(JSON.stringify(counts));
    assert.deepEqual(violations, []);
    await this.#checkPatientData();
    return report;
  }

  /** L8: what stands in every message is nowhere but in the topics. */
  async #checkPatientData(): Promise<void> {
    assert.ok(!this.#output.includes(CANARY), "no patient data in the worker's output");
    if (!this.isRunning) return;
    for (const path of ["/metrics", "/connectors?expand=status&expand=info"]) {
      const { body } = await rest(this.#url, "GET", path).catch(() => ({ body: "" }));
      assert.ok(!JSON.stringify(body ?? "").includes(CANARY), `no patient data in ${path}`);
    }
  }

  /** Resident memory of the worker, in MiB. */
  rssMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  }
}

/** Of a worker that cannot say where it listens. */
async function silentAddress(url: string): Promise<string> {
  await eventually("the worker answers", () =>
    rest(url, "GET", "/").then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  return url;
}

export async function startSite(t: TestContext, options: SiteOptions): Promise<Site> {
  const listeners = `http://127.0.0.1:${await freePort()}`;
  const fixed = options.outputTo === undefined ? {} : { listeners };
  const worker = { ...fixed, ...options.worker };
  const site = new Site(t, { ...options, worker }, await freePort());
  await site.start();
  return site;
}

/** Senders that run until they are through, or told to stop. */
export class RunningLoad {
  readonly #child: ChildProcess;
  progress: LoadProgress = { sent: 0, answered: 0, isOver: false };
  readonly #over: Promise<LoadProgress>;

  constructor(t: TestContext, options: LoadOptions) {
    const program = fileURLToPath(new URL("load.ts", import.meta.url));
    this.#child = fork(program, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    t.after(() => this.#child.kill("SIGKILL"));
    this.#over = new Promise((resolve, reject) => {
      this.#child.on("message", (progress: LoadProgress) => {
        this.progress = progress;
        if (progress.isOver) resolve(progress);
      });
      this.#child.once("exit", () => reject(new Error("the senders ended early")));
    });
    this.#over.catch(() => undefined);
    this.#child.send({ start: options });
  }

  /** Resolves when so many messages have been answered since the start. */
  reached(answered: number, timeoutMs = 60_000): Promise<void> {
    return eventually(
      `${answered} answers`,
      () => this.progress.answered >= answered || this.progress.isOver,
      timeoutMs,
      10,
    );
  }

  /** No new messages; resolves when all that were sent are answered. */
  async stop(timeoutMs = 90_000): Promise<LoadProgress> {
    this.#child.send({ stop: true });
    return this.over(timeoutMs);
  }

  /** Ends the senders at once. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  /** Resolves when all messages are sent and answered. */
  async over(timeoutMs = 90_000): Promise<LoadProgress> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const { sent, answered } = this.progress;
        reject(new Error(`${answered} of ${sent} answered within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.#over, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

let runs = 0;

export function startLoad(
  t: TestContext,
  site: Site,
  options: Partial<LoadOptions> & Pick<LoadOptions, "connections">,
): RunningLoad {
  return new RunningLoad(t, {
    port: site.port,
    ledger: site.ledger,
    run: `R${++runs}`,
    window: 1,
    messages: 1_000_000,
    ...options,
  });
}
