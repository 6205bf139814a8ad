import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { kafkaForTests, ownKafkaForTests } from "../servers/kafka-fixture.ts";
import { eventually, rest } from "../support/rest-client.ts";
import { headerText } from "../support/topic-contents.ts";
import { startLoad, startSite } from "./site.ts";
import type { RunningLoad } from "./site.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const isLong = process.env["FAULTS"] === "long";

/** L7: answers come again, without anybody's help. */
async function recovers(load: RunningLoad): Promise<void> {
  const before = load.progress.answered;
  await eventually(
    "answers come again within 30 s",
    () => load.progress.answered >= before + 50,
    30_000,
    20,
  );
}

test("F4: SIGTERM under load leaves no outcome unknown, and new senders are refused", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const site = await startSite(t, {
    bootstrapServers,
    isExactlyOnce: true,
    worker: { "task.shutdown.graceful.timeout.ms": "20000" },
  });
  const load = startLoad(t, site, { connections: 30 });
  await load.reached(300);

  const startedAt = performance.now();
  site.signal("SIGTERM");
  await site.ended();
  const tookMs = performance.now() - startedAt;
  const stored = await site.records();
  const answered = load.progress.answered;
  const refused = await new Promise<string>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: site.port });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.once("connect", () => resolve("connected"));
  });
  await site.start();
  await load.stop();

  t.diagnostic(`stopped after ${Math.round(tookMs)} ms, ${stored.length} stored`);
  assert.ok(tookMs < 25_000, `${tookMs} ms`);
  assert.equal(refused, "ECONNREFUSED");
  assert.ok(stored.length >= answered);
  // What was stored was answered too: a repetition is of a message that was never taken.
  const positive = await site.answers(({ attempt }) => attempt === 1);
  const answeredIds = new Set(positive.map(({ id }) => id));
  const unknown = stored.filter(
    (record) => !answeredIds.has(headerText(record, "message-control-id") ?? ""),
  );
  assert.equal(unknown.length, 0);
  await site.check();
});

// What a unit test shows in a second (connection.test.ts: a process that stands still), here by SIGSTOP. The look at the clock and
// the system call that writes are microseconds apart, and no process can close that gap from inside.
for (const seconds of isLong ? [1, 10, 60] : []) {
  test(`F5: a worker that is stopped for ${seconds} s writes no answer after its deadline`, async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const site = await startSite(t, {
      bootstrapServers,
      isExactlyOnce: true,
      connector: { "mllp.ack.deadline.ms": "1500" },
    });
    const load = startLoad(t, site, { connections: 20, answerTimeoutMs: 120_000 });
    await load.reached(100);

    site.signal("SIGSTOP");
    await delay(seconds * 1000);
    site.signal("SIGCONT");
    await recovers(load);
    await load.stop();

    await site.check();
  });
}

for (const [seconds, isExactlyOnce] of isLong
  ? ([
      [5, true],
      [60, true],
      [300, true],
      [60, false],
    ] as const)
  : ([[4, true]] as const)) {
  test(`F7: a broker that is down for ${seconds} s, exactly once: ${isExactlyOnce}`, async (t) => {
    const kafka = await ownKafkaForTests(t);
    const site = await startSite(t, {
      bootstrapServers: kafka.bootstrapServers,
      isExactlyOnce,
      connector: { "mllp.ack.deadline.ms": "3000" },
    });
    const load = startLoad(t, site, { connections: 20, window: 8 });
    await load.reached(500);
    const before = site.rssMiB();

    await kafka.kill();
    await delay(seconds * 1000);
    const after = site.rssMiB();
    await kafka.restart();
    await recovers(load);
    await load.stop();

    t.diagnostic(`RSS ${Math.round(before)} MiB, then ${Math.round(after)} MiB`);
    assert.ok(after - before < 32, "memory stays flat while the broker is away");
    const { body } = await rest(site.url, "GET", `/connectors/${site.connector}/status`);
    assert.match(JSON.stringify(body), /"tasks":\[\{[^}]*"state":"RUNNING"/);
    await site.check();
  });
}

test("F12: a sender that is cut off between frame and answer repeats, and there is one record", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const site = await startSite(t, { bootstrapServers, isExactlyOnce: true });
  const network = await startTcpProxy(t, () => site.port);
  const load = startLoad(t, site, {
    connections: 20,
    port: network.port,
    answerTimeoutMs: 1000,
  });
  await load.reached(200);

  network.partition();
  await delay(isLong ? 60_000 : 1500);
  network.heal();
  await recovers(load);
  await load.stop();

  const report = await site.check();
  assert.ok(report.repetitions > 0);
});

if (isLong) {
  test("F7: a sender that wants AR for a log that is away gets it before the deadline", async (t) => {
    const kafka = await ownKafkaForTests(t);
    const site = await startSite(t, {
      bootstrapServers: kafka.bootstrapServers,
      isExactlyOnce: true,
      connector: { "mllp.ack.deadline.ms": "2000", "mllp.sender.replies": "SND0 unavailable=AR" },
    });
    const load = startLoad(t, site, { connections: 1 });
    await load.reached(10);

    kafka.pause();
    await delay(5000);
    kafka.resume();
    await recovers(load);
    await load.stop();

    const report = await site.check();
    const refusals = await site.answers((entry) => entry.code === "AR");
    assert.ok(refusals.length > 0, "AR came");
    assert.ok(refusals.every(({ errors }) => errors.includes("207")));
    assert.equal(report.refused, 0, "and the repetition was taken");
  });

  test("F8: a broker whose process stands still for 30 s", async (t) => {
    const kafka = await ownKafkaForTests(t);
    const { bootstrapServers } = kafka;
    const site = await startSite(t, {
      bootstrapServers,
      isExactlyOnce: true,
      connector: { "mllp.ack.deadline.ms": "5000" },
    });
    const load = startLoad(t, site, { connections: 20, window: 4 });
    await load.reached(500);

    kafka.pause();
    await delay(30_000);
    kafka.resume();
    await recovers(load);
    await load.stop();

    await site.check();
  });

  for (const isExactlyOnce of [true, false]) {
    test(`F10, F11: a slow broker, then one behind a broken network, exactly once: ${isExactlyOnce}`, async (t) => {
      let brokerPort = 0;
      const network = await startTcpProxy(t, () => brokerPort);
      const kafka = await ownKafkaForTests(t, { advertisedPort: network.port });
      brokerPort = Number(kafka.bootstrapServers.split(":")[1]);
      const site = await startSite(t, {
        bootstrapServers: `127.0.0.1:${network.port}`,
        isExactlyOnce,
        connector: { "mllp.ack.deadline.ms": "10000" },
      });
      const load = startLoad(t, site, { connections: 20, window: 4 });
      await load.reached(500);

      network.delay(200);
      await load.reached(load.progress.answered + 300);
      network.delay(0);
      await load.reached(load.progress.answered + 300);
      network.partition();
      await delay(60_000);
      network.heal();
      network.cut();
      await recovers(load);
      await load.stop();

      await site.check();
    });
  }
}
