import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { startServerProcess } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";
import { kafkaJars } from "./kafka-jars.ts";
import { takesConnections } from "./takes-connections.ts";

/** A real Apache Kafka, one node in KRaft mode, as a process on 127.0.0.1. */
export interface KafkaServer {
  readonly bootstrapServers: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** SIGKILL; what was not flushed by the operating system stays, as after a crash of the process. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Stops the process's time (SIGSTOP; it has stopped when this returns) and lets it go on (SIGCONT). */
  pause(): void;
  resume(): void;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** On a machine with much else to do it takes a minute. */
const START_TIMEOUT_MS = 180_000;
const PAUSE_TIMEOUT_MS = 5000;
const MEMORY = ["-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

export interface KafkaOptions {
  /** The port that clients are told to use, such as that of a network that a test breaks. Default: its own. */
  readonly advertisedPort?: number;
}

/** Starts Kafka and waits until it takes connections (a few seconds). Throws ServerMissingError. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const classPath = `${kafkaJars()}/*`;
  const [port, controllerPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), "kafka-"));
  const properties = join(folder, "server.properties");
  writeFileSync(properties, serverProperties(port, controllerPort, join(folder, "data"), options));
  const format = spawnSync(
    "java",
    [
      ...MEMORY,
      "-cp",
      classPath,
      "kafka.tools.StorageTool",
      "format",
      "-t",
      "MkU3OEVBNTcwNTJENDM2Qk",
      "-c",
      properties,
    ],
    { encoding: "utf8" },
  );
  if (format.status !== 0) throw new Error(`Kafka's storage was not formatted: ${format.stderr}`);

  const logFile = join(folder, "server.log");
  let running = await start(classPath, properties, logFile, port);
  return {
    bootstrapServers: `127.0.0.1:${port}`,
    get pid() {
      return running.pid;
    },
    async kill() {
      await running.kill();
    },
    async restart() {
      running = await start(classPath, properties, logFile, port);
    },
    pause: () => stopTime(running.pid),
    resume: () => void process.kill(running.pid, "SIGCONT"),
    async stop() {
      await running.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function start(
  classPath: string,
  properties: string,
  logFile: string,
  port: number,
): Promise<ServerProcess> {
  return startServerProcess({
    name: "Kafka",
    args: [...MEMORY, "-cp", classPath, "kafka.Kafka", properties],
    logFile,
    startTimeoutMs: START_TIMEOUT_MS,
    isReady: () => takesConnections(port),
  });
}

/** The signal is on its way when `kill` returns, and Kafka answers many a request in that time. */
function stopTime(pid: number): void {
  process.kill(pid, "SIGSTOP");
  const deadline = performance.now() + PAUSE_TIMEOUT_MS;
  const state = (): string =>
    spawnSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
  while (!state().startsWith("T")) {
    if (performance.now() > deadline) throw new Error("Kafka's process did not stop on SIGSTOP");
  }
}

function serverProperties(
  port: number,
  controllerPort: number,
  data: string,
  { advertisedPort = port }: KafkaOptions,
): string {
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}`,
    "controller.listener.names=CONTROLLER",
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    `log.dirs=${data}`,
    "num.partitions=1",
    "default.replication.factor=1",
    "offsets.topic.replication.factor=1",
    "offsets.topic.num.partitions=4",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "transaction.state.log.num.partitions=4",
    "group.initial.rebalance.delay.ms=0",
    // So that a test need not wait 6 s for the group to forget a worker that was killed.
    "group.min.session.timeout.ms=500",
    // After a kill, Kafka takes the node back only when the session of the old process has ended.
    "broker.session.timeout.ms=3000",
    "broker.heartbeat.interval.ms=500",
    "num.network.threads=2",
    "num.io.threads=2",
    "log.cleaner.enable=true",
    "log.cleaner.dedupe.buffer.size=2097152",
    "",
  ].join("\n");
}
