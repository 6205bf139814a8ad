import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { kafkaClusterForTests } from "../servers/kafka-cluster.ts";
import { kafkaForTests, ownKafkaForTests } from "../servers/kafka-fixture.ts";
import { eventually, rest } from "../support/rest-client.ts";
import type { ConnectorStatus } from "../support/rest-client.ts";
import { startLoad, startSite } from "./site.ts";
import type { Peer, Site } from "./site.ts";

// What happens to a worker's group and to its brokers. In the long form only: npm run test:faults.

const isLong = process.env["FAULTS"] === "long";
const longTest = (name: string, run: (t: TestContext) => Promise<void>): void => {
  if (isLong) test(name, run);
};

/** Where the listener's task is, as a worker of its group sees it. */
async function taskAt(url: string, site: Site): Promise<string> {
  const { status, body } = await rest(url, "GET", `/connectors/${site.connector}/status`);
  if (status !== 200) return "";
  const [task] = (body as ConnectorStatus & { tasks: { worker_id: string; state: string }[] })
    .tasks;
  return task ? `${task.worker_id} ${task.state}` : "";
}

longTest(
  "F6: a worker that stood still while another took its task gives its port back, and nothing is stored twice",
  async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const site = await startSite(t, {
      bootstrapServers,
      isExactlyOnce: true,
      connector: { "mllp.ack.deadline.ms": "5000", "mllp.listen.retry.ms": "120000" },
    });
    const peer = await site.startPeer();
    const hostOf = (url: string): string => new URL(url).host;
    const workers: readonly Pick<Peer, "url" | "signal">[] = [
      { url: site.url, signal: (signal) => site.signal(signal) },
      peer,
    ];
    await eventually(
      "the task runs on one of them",
      async () => (await taskAt(site.url, site)).endsWith(" RUNNING"),
      120_000,
    );
    const load = startLoad(t, site, { connections: 20, window: 4, answerTimeoutMs: 10_000 });
    await load.reached(200, 120_000);
    const place = await taskAt(site.url, site);
    const zombie = workers.find(({ url }) => place.startsWith(hostOf(url)));
    const other = workers.find((each) => each !== zombie);
    assert.ok(zombie && other);

    zombie.signal("SIGSTOP");
    await eventually(
      "the other one has the task",
      async () => (await taskAt(other.url, site)).startsWith(hostOf(other.url)),
      120_000,
    );
    await delay(2000);
    zombie.signal("SIGCONT");
    await load.reached(load.progress.answered + 300, 180_000);
    await load.stop(180_000);

    await site.check();
  },
);

longTest(
  "F35: settings change, the connector pauses, is deleted and made again, and workers come and go, under load",
  async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const site = await startSite(t, { bootstrapServers, isExactlyOnce: true });
    const load = startLoad(t, site, { connections: 20, window: 2 });
    await load.reached(200, 120_000);
    const goesOn = () => load.reached(load.progress.answered + 100, 180_000);
    const put = (path: string) => rest(site.url, "PUT", `/connectors/${site.connector}/${path}`);

    for (let round = 0; round < 3; round += 1) {
      await site.reconfigure({ "mllp.connection.in.flight.max": String(10 + round) });
      await goesOn();
      await put("pause");
      await delay(1000);
      await put("resume");
      await goesOn();
      const peer = await site.startPeer();
      await goesOn();
      await peer.kill();
      await goesOn();
      await rest(site.url, "POST", `/connectors/${site.connector}/restart?includeTasks=true`);
      await goesOn();
      await site.recreate();
      await goesOn();
    }
    await load.stop(180_000);

    await site.check();
  },
);

longTest(
  "F9: brokers change their leaders, then too few replicas are left: no AA until there are enough",
  async (t) => {
    const cluster = await kafkaClusterForTests(t);
    const three = {
      "config.storage.replication.factor": "3",
      "offset.storage.replication.factor": "3",
      "status.storage.replication.factor": "3",
    };
    const site = await startSite(t, {
      bootstrapServers: cluster.bootstrapServers,
      isExactlyOnce: true,
      worker: three,
      connector: { "mllp.ack.deadline.ms": "5000" },
    });
    const load = startLoad(t, site, { connections: 10, window: 2 });
    await load.reached(200, 120_000);

    await cluster.kill(0);
    await load.reached(load.progress.answered + 100, 180_000);
    await cluster.kill(1);
    // What was on its way is answered or closed by its deadline.
    await delay(6000);
    const atLoss = load.progress.answered;
    await delay(5000);
    assert.equal(load.progress.answered, atLoss, "no AA while one replica is left");
    await Promise.all([cluster.restart(0), cluster.restart(1)]);
    await load.reached(load.progress.answered + 100, 240_000);
    await load.stop(180_000);

    await site.check();
  },
);

longTest(
  "F14: a broker whose disk is full: no AA, and all is well when there is room again",
  async (t) => {
    const kafka = await ownKafkaForTests(t);
    const site = await startSite(t, {
      bootstrapServers: kafka.bootstrapServers,
      isExactlyOnce: true,
      connector: { "mllp.ack.deadline.ms": "5000" },
    });
    const load = startLoad(t, site, { connections: 10, sizeBytes: 20_000 });
    await load.reached(50, 120_000);

    // From now on no file of the broker may grow: its writes fail as they do on a full disk.
    const limited = spawnSync("prlimit", ["--pid", String(kafka.pid), "--fsize=1000:1000"]);
    assert.equal(limited.status, 0, String(limited.stderr));
    // What was on its way is answered or closed by its deadline.
    await delay(7000);
    const atLoss = load.progress.answered;
    await delay(5000);
    assert.equal(load.progress.answered, atLoss, "no AA while nothing can be written");
    await kafka.kill().catch(() => undefined);
    await kafka.restart();
    await load.reached(load.progress.answered + 100, 180_000);
    await load.stop(180_000);

    await site.check();
  },
);
