import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openBeside } from "../../test/support/topic-contents.ts";
import { eventually } from "../../test/support/rest-client.ts";
import { freePort } from "../../test/servers/free-port.ts";
import { startSite } from "../../test/faults/site.ts";
import { cacheFolder } from "../../test/servers/cache.ts";
import { kafkaJars } from "../../test/servers/kafka-jars.ts";
import { mavenJars } from "../../test/servers/maven-jars.ts";
import { takesConnections } from "../../test/servers/takes-connections.ts";

/** One that takes messages over MLLP and brings them to Kafka before it answers. */
export interface Receiver {
  readonly port: number;
  readonly pid: number;
  /** Topics with its records, as a pattern. */
  readonly topics: RegExp;
  stop(): Promise<void>;
}

export interface ReceiverKind {
  readonly name: string;
  readonly isExactlyOnce: boolean;
  start(t: TestContext, bootstrapServers: string): Promise<Receiver>;
}

const CAMEL_VERSION = "4.22.0";
const HAPI_VERSION = "2.6.0";
const JAVA = ["-Xmx512m", "-XX:+UseSerialGC"];
const PARTITIONS = 4;
const peers = join(import.meta.dirname, "peers");

/** This product: a worker process that runs nothing else. */
function own(name: string, isExactlyOnce: boolean): ReceiverKind {
  return {
    name,
    isExactlyOnce,
    async start(t, bootstrapServers) {
      const site = await startSite(t, { bootstrapServers, isExactlyOnce });
      return {
        port: site.port,
        pid: site.pid,
        topics: new RegExp(`^${site.prefix}data\\.`),
        stop: () => site.kill(),
      };
    },
  };
}

let topics = 0;

function peer(
  name: string,
  command: () => readonly [program: string, ...args: string[]],
): ReceiverKind {
  return {
    name,
    isExactlyOnce: false,
    async start(t, bootstrapServers) {
      const port = await freePort();
      const topic = `peer-${process.pid}-${++topics}`;
      const log = await openBeside(bootstrapServers);
      await log.admin.createTopics([
        { topic, partitions: PARTITIONS, config: { "max.message.bytes": "20971520" } },
      ]);
      await log.close();
      const [program, ...args] = command();
      const output = join(tmpdir(), `${topic}.log`);
      const file = openSync(output, "w");
      const child = spawn(program, [...args, String(port), bootstrapServers, topic], {
        // HAPI keeps a file where it runs.
        cwd: tmpdir(),
        stdio: ["ignore", file, file],
      });
      const stop = (): Promise<void> => end(child);
      t.after(stop);
      await eventually(
        `${name} listens`,
        () => {
          if (child.exitCode !== null) {
            throw new Error(`${name} ended:\n${readFileSync(output, "utf8").slice(-3000)}`);
          }
          return takesConnections(port);
        },
        60_000,
        100,
      );
      return { port, pid: child.pid ?? 0, topics: new RegExp(`^${topic}$`), stop };
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** The Go program, built once for its source and this machine. */
function goPeer(): string {
  const source = readFileSync(join(peers, "go/main.go"));
  const version = createHash("sha256").update(source).digest("hex").slice(0, 12);
  const folder = cacheFolder(`mllp-go-peer-${version}`);
  const program = join(folder, "mllp-peer");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const built = spawnSync("go", ["build", "-o", program, "."], {
    cwd: join(peers, "go"),
    stdio: ["ignore", 2, 2],
  });
  if (built.status !== 0) throw new Error("the Go peer was not built: it needs Go 1.24 or newer");
  return program;
}

export const receivers: readonly ReceiverKind[] = [
  own("this source, at least once", false),
  own("this source, exactly once", true),
  peer("Apache Camel", () => {
    const jars = mavenJars(`camel-mllp-${CAMEL_VERSION}`, [
      `org.apache.camel:camel-main:${CAMEL_VERSION}`,
      `org.apache.camel:camel-mllp:${CAMEL_VERSION}`,
      `org.apache.camel:camel-kafka:${CAMEL_VERSION}`,
    ]);
    return ["java", ...JAVA, "-cp", `${jars}/*`, join(peers, "CamelPeer.java")];
  }),
  peer("HAPI", () => {
    const jars = mavenJars(`hapi-server-${HAPI_VERSION}`, [
      `ca.uhn.hapi:hapi-base:${HAPI_VERSION}`,
      `ca.uhn.hapi:hapi-structures-v25:${HAPI_VERSION}`,
    ]);
    return ["java", ...JAVA, "-cp", `${jars}/*:${kafkaJars()}/*`, join(peers, "HapiPeer.java")];
  }),
  peer("Go, franz-go", () => [goPeer()]),
];
