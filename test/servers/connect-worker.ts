import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import { startServerProcess } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";
import { ServerMissingError, connectJars } from "./kafka-jars.ts";

/** The worker of Apache Kafka Connect itself, with its FileStream connectors, as a process. */
export interface ConnectWorkerServer {
  /** Address of its REST API. */
  readonly url: string;
  /** Its settings, defaults and overrides together. */
  readonly props: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Everything it logged so far. */
  log(): string;
  /** SIGKILL: tasks end without a last commit. */
  kill(): Promise<void>;
  /** SIGTERM: tasks and group are left cleanly; resolves when the process has ended. */
  shutdown(): Promise<void>;
  /** Starts it again with the same settings and port. Only after `kill` or `shutdown`. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

export interface ConnectWorkerOptions {
  readonly bootstrapServers: string;
  /** `standalone` keeps its offsets in a file; by default `distributed`. */
  readonly mode?: "distributed" | "standalone";
  /** Worker settings over the defaults below, such as `group.id` and `config.storage.topic`. */
  readonly props?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_MS = 120_000;
const MEMORY = ["-Xmx512m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/**
 * Starts a worker and waits until its REST API answers `GET /connectors`, which in distributed mode means
 * that it has joined its group (some 10 s). Throws ServerMissingError.
 */
export async function startConnectWorker(
  options: ConnectWorkerOptions,
): Promise<ConnectWorkerServer> {
  const { mode = "distributed" } = options;
  const jars = connectJars();
  const folder = mkdtempSync(join(tmpdir(), "connect-worker-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const props = { ...defaults(options.bootstrapServers, mode, folder, url), ...options.props };
  const file = join(folder, "worker.properties");
  writeFileSync(file, propertiesText(props));
  const logging = join(folder, "log4j2.xml");
  writeFileSync(logging, LOG4J_XML);
  const logFile = join(folder, "worker.log");
  const run = (): Promise<ServerProcess> =>
    startServerProcess({
      name: "Kafka Connect's worker",
      args: [
        ...MEMORY,
        `-Dlog4j2.configurationFile=${logging}`,
        "-cp",
        `${jars}/*`,
        MAIN_CLASSES[mode],
        file,
      ],
      logFile,
      startTimeoutMs: START_TIMEOUT_MS,
      isReady: () => answers(props["listeners"] ?? url, url),
    });
  let running = await run();
  return {
    url,
    props,
    get pid() {
      return running.pid;
    },
    log: () => readFileSync(logFile, "utf8"),
    kill: () => running.kill(),
    shutdown: () => running.kill("SIGTERM"),
    async restart() {
      running = await run();
    },
    async stop() {
      await running.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A worker for one test; skipped loudly where it cannot be had, and a failure in CI. */
export async function connectWorkerForTests(
  t: TestContext,
  options: ConnectWorkerOptions,
): Promise<ConnectWorkerServer> {
  try {
    const server = await startConnectWorker(options);
    t.after(() => server.stop());
    return server;
  } catch (error) {
    if (error instanceof ServerMissingError && !process.env["CI"]) {
      t.skip(`NOT RUN against Apache Kafka Connect: ${error.message}`);
    }
    throw error;
  }
}

const MAIN_CLASSES = {
  distributed: "org.apache.kafka.connect.cli.ConnectDistributed",
  standalone: "org.apache.kafka.connect.cli.ConnectStandalone",
} as const;

function defaults(
  bootstrapServers: string,
  mode: "distributed" | "standalone",
  folder: string,
  url: string,
): Record<string, string> {
  const both = {
    "bootstrap.servers": bootstrapServers,
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": "false",
    "offset.flush.interval.ms": "1000",
    // The FileStream connectors are on the class path, where this mode finds all of them.
    "plugin.discovery": "hybrid_warn",
    listeners: url,
  };
  if (mode === "standalone")
    return { ...both, "offset.storage.file.filename": `${folder}/offsets` };
  return {
    ...both,
    "group.id": "connect-cluster",
    "config.storage.topic": "connect-configs",
    "config.storage.replication.factor": "1",
    "offset.storage.topic": "connect-offsets",
    "offset.storage.replication.factor": "1",
    "offset.storage.partitions": "5",
    "status.storage.topic": "connect-status",
    "status.storage.replication.factor": "1",
    "status.storage.partitions": "1",
  };
}

/** Every worker answers the root at once; connectors are answered when the herder is ready. */
async function answers(listeners: string, url: string): Promise<boolean> {
  // Over TLS there is no trust to be had here: the root of the listener is asked by the test itself.
  if (!listeners.includes("http://")) return true;
  try {
    const response = await fetch(`${url}/connectors`, { signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}

function propertiesText(props: Readonly<Record<string, string>>): string {
  return Object.entries(props)
    .map(([key, value]) => `${key}=${value.replaceAll("\\", "\\\\")}\n`)
    .join("");
}

const LOG4J_XML = `<Configuration status="WARN">
<Appenders><Console name="console"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="INFO"><AppenderRef ref="console"/></Root></Loggers>
</Configuration>
`;
