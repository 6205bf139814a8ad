import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import { startServerProcess } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";
import { ServerMissingError, kafkaJars } from "./kafka-jars.ts";
import { takesConnections } from "./takes-connections.ts";

const CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk";
const MEMORY = ["-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** Three brokers, each a controller too; topics have three replicas, of which two have to have a record. */
export interface KafkaCluster {
  readonly bootstrapServers: string;
  kill(node: number): Promise<void>;
  restart(node: number): Promise<void>;
}

/** Skipped loudly without Java or Maven; in CI it fails. */
export async function kafkaClusterForTests(t: TestContext): Promise<KafkaCluster> {
  try {
    return await startKafkaCluster(t);
  } catch (error) {
    if (error instanceof ServerMissingError && !process.env["CI"]) {
      t.skip(`NOT RUN on a Kafka cluster: ${error.message}`);
    }
    throw error;
  }
}

async function startKafkaCluster(t: TestContext): Promise<KafkaCluster> {
  const classPath = `${kafkaJars()}/*`;
  const folder = mkdtempSync(join(tmpdir(), "kafka-cluster-"));
  const nodes: { readonly port: number; readonly controllerPort: number }[] = [];
  for (let node = 0; node < 3; node += 1) {
    nodes.push({ port: await freePort(), controllerPort: await freePort() });
  }
  const voters = nodes
    .map(({ controllerPort }, index) => `${index + 1}@127.0.0.1:${controllerPort}`)
    .join();
  const fileOf = (node: number): string => join(folder, `server-${node}.properties`);
  for (const [node, { port, controllerPort }] of nodes.entries()) {
    const properties = [
      "process.roles=broker,controller",
      `node.id=${node + 1}`,
      `controller.quorum.voters=${voters}`,
      `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      "controller.listener.names=CONTROLLER",
      "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
      `log.dirs=${join(folder, `data-${node}`)}`,
      "default.replication.factor=3",
      "min.insync.replicas=2",
      "offsets.topic.replication.factor=3",
      "offsets.topic.num.partitions=4",
      "transaction.state.log.replication.factor=3",
      "transaction.state.log.min.isr=2",
      "transaction.state.log.num.partitions=4",
      "group.initial.rebalance.delay.ms=0",
      "group.min.session.timeout.ms=500",
      "broker.session.timeout.ms=3000",
      "broker.heartbeat.interval.ms=500",
      "replica.lag.time.max.ms=3000",
      "",
    ];
    writeFileSync(fileOf(node), properties.join("\n"));
    const args = ["-cp", classPath, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c"];
    const format = spawnSync("java", [...MEMORY, ...args, fileOf(node)], { encoding: "utf8" });
    if (format.status !== 0) throw new Error(`Kafka's storage was not formatted: ${format.stderr}`);
  }
  const running: ServerProcess[] = [];
  const start = async (node: number): Promise<void> => {
    running[node] = await startServerProcess({
      name: `Kafka ${node}`,
      args: [...MEMORY, "-cp", classPath, "kafka.Kafka", fileOf(node)],
      logFile: join(folder, `server-${node}.log`),
      startTimeoutMs: 120_000,
      isReady: () => takesConnections(nodes[node]?.port ?? 0),
    });
  };
  t.after(async () => {
    for (const process of running) await process?.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  // A broker listens only when the controllers have a majority.
  await Promise.all(nodes.map((_, node) => start(node)));
  return {
    bootstrapServers: nodes.map(({ port }) => `127.0.0.1:${port}`).join(),
    async kill(node) {
      await running[node]?.kill();
    },
    restart: start,
  };
}
