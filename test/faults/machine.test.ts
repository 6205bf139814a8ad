import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { frame } from "../support/mllp-sender.ts";
import { eventually, rest } from "../support/rest-client.ts";
import { temporaryDirectory } from "../support/worker-process.ts";
import { loadMessage } from "./load-messages.ts";
import { startLoad, startSite } from "./site.ts";
import type { Site, SiteOptions } from "./site.ts";

// What the machine does to a worker. In the long form only: npm run test:faults.

const isLong = process.env["FAULTS"] === "long";
const longTest: typeof test = ((name: string, run: (t: TestContext) => Promise<void>) => {
  if (isLong) test(name, run);
}) as typeof test;

async function siteOn(t: TestContext, options: Partial<SiteOptions> = {}): Promise<Site> {
  const { bootstrapServers } = await kafkaForTests(t);
  return startSite(t, { bootstrapServers, isExactlyOnce: true, ...options });
}

/** So many connections; what is refused, because a worker has just started, is tried again. */
async function openSockets(t: TestContext, port: number, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => openSocket(t, port)));
}

async function openSocket(t: TestContext, port: number): Promise<Socket> {
  for (;;) {
    const socket = connect({ host: "127.0.0.1", port });
    t.after(() => socket.destroy());
    const code = await new Promise<string | undefined>((resolve) => {
      socket.once("connect", () => resolve(undefined));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    socket.on("error", () => {});
    if (code !== "ECONNREFUSED") {
      // In a storm Linux may take a connection for closed that its sender believes to have (SYN cookies), until a byte comes.
      socket.write("\r");
      return socket;
    }
    await delay(100);
  }
}

const openCount = (sockets: readonly Socket[]): number =>
  sockets.filter((socket) => !socket.destroyed && socket.readyState === "open").length;

async function metric(site: Site, name: string): Promise<number> {
  const { body } = await rest(site.url, "GET", "/metrics");
  return String(body)
    .split("\n")
    .filter((line) => line.includes(name) && !line.startsWith("#"))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const descriptors = (site: Site): number =>
  Number(
    /(\d+)/.exec(
      readFileSync(`/proc/${site.pid}/limits`, "utf8").split("Max open files")[1] ?? "",
    )?.[1],
  );

longTest(
  "F13: senders that are gone without a word are freed by the idle limit, and nothing leaks",
  async (t) => {
    const site = await siteOn(t, { connector: { "mllp.idle.timeout.ms": "3000" } });
    const load = startLoad(t, site, { connections: 10 });
    await load.reached(50);
    // What the worker sees of a sender whose end was not heard: an open connection on which nothing comes.
    for (let round = 0; round < 5; round += 1) {
      const before = await metric(site, "mllp_accepted_connections_total");
      const silent = await openSockets(t, site.port, 2000);
      await eventually(
        "all were taken",
        async () => (await metric(site, "mllp_accepted_connections_total")) >= before + 2000,
        60_000,
        500,
      );
      await eventually(
        "they are freed",
        async () => (await metric(site, "mllp_connections{")) <= 10,
        60_000,
        500,
      );
      for (const socket of silent) socket.destroy();
    }
    await load.stop();
    // TCP keep-alive is the other limit: Linux shows its timer (2) for every connection of ours.
    const idle = await openSockets(t, site.port, 3);
    const local = `0100007F:${site.port.toString(16).toUpperCase().padStart(4, "0")}`;
    const timers = readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, own, , state]) => own === local && state === "01")
      .map((fields) => fields[5]?.split(":")[0]);
    assert.equal(timers.length, idle.length);
    assert.deepEqual(new Set(timers), new Set(["02"]));
    await site.check();
  },
);

longTest("F15: a full disk under the worker's log costs no message", async (t) => {
  const site = await siteOn(t, { outputTo: "/dev/full" });
  const load = startLoad(t, site, { connections: 20 });
  await load.reached(200);
  // Each of these is a line in the log.
  for (let nth = 0; nth < 20; nth += 1) {
    const [odd] = await openSockets(t, site.port, 1);
    odd?.end("GET / HTTP/1.1\r\n".repeat(100));
  }
  await load.reached(load.progress.answered + 500);
  await load.stop();

  const report = await site.check();
  assert.equal(report.open, 0);
});

for (const [what, jumpMs] of [
  ["an hour on", 3_600_000],
  ["an hour back", -3_600_000],
  ["a day on", 86_400_000],
  ["a day back", -86_400_000],
] as const) {
  longTest(`F29: the clock jumps ${what} under load, and back again`, async (t) => {
    const file = join(temporaryDirectory(t), "offset");
    writeFileSync(file, "0");
    const preload = pathToFileURL("test/faults/preload/clock.ts").href;
    const site = await siteOn(t, {
      environment: { NODE_OPTIONS: `--import=${preload}`, CLOCK_OFFSET: file },
      connector: { "mllp.ack.deadline.ms": "10000" },
    });
    const load = startLoad(t, site, { connections: 20 });
    await load.reached(200);

    // Kafka takes no record whose time is more than an hour ahead of its own clock, so there is no AA then.
    const isRefused = jumpMs > 3_600_000;
    for (const offset of [jumpMs, 0, jumpMs, 0]) {
      writeFileSync(file, String(offset));
      if (offset > 0 && isRefused) await delay(3000);
      else await load.reached(load.progress.answered + 200);
    }
    await site.kill();
    await site.start();
    await load.reached(load.progress.answered + 100);
    await load.stop();

    await site.check();
  });
}

longTest(
  "F30, F31: ten thousand connections, all within seconds, most of them idle; and again after a restart",
  async (t) => {
    const site = await siteOn(t);
    assert.ok(descriptors(site) >= 12_000, "this machine allows too few open files (ulimit -n)");
    const load = startLoad(t, site, { connections: 100, perSecond: 200 });
    await load.reached(300);
    for (const round of ["storm", "storm after a restart"]) {
      const startedAt = performance.now();
      const sockets = await openSockets(t, site.port, 9900);
      const tookMs = performance.now() - startedAt;
      await eventually("all are taken", async () => {
        const open = await metric(site, "mllp_connections{");
        return open >= 9900;
      });
      assert.equal(openCount(sockets), 9900);
      await load.reached(load.progress.answered + 500);
      t.diagnostic(
        `${round}: 9,900 connections in ${Math.round(tookMs)} ms, RSS ${Math.round(site.rssMiB())} MiB`,
      );
      assert.ok(site.rssMiB() < 512, "some kilobytes for each");
      for (const socket of sockets) socket.destroy();
      await site.kill();
      await site.start();
      // A worker that has just come may get its tasks twice, before and after its group has settled.
      await load.reached(load.progress.answered + 500, 120_000);
    }
    await load.stop(180_000);
    await site.check();
  },
);

longTest(
  "F32: without file descriptors new senders are turned away, and the others go on",
  async (t) => {
    const site = await siteOn(t, { wrapper: ["prlimit", "--nofile=256:256"] });
    const load = startLoad(t, site, { connections: 20 });
    await load.reached(200);

    const sockets = await openSockets(t, site.port, 500);
    const before = load.progress.answered;
    await load.reached(before + 300);
    const cpuBefore = cpuMs(site);
    await delay(3000);
    t.diagnostic(`${openCount(sockets)} of 500 open; ${cpuMs(site) - cpuBefore} ms of CPU in 3 s`);
    for (const socket of sockets) socket.destroy();
    await eventually("new senders are taken again", async () => {
      const [socket] = await openSockets(t, site.port, 1);
      if (!socket || socket.destroyed) return false;
      const { bytes } = loadMessage({ run: "AGAIN", connection: 0, sequence: 0, sizeBytes: 0 });
      socket.write(frame(bytes.subarray(0, 0)));
      const answer = await Promise.race([once(socket, "data").catch(() => []), delay(2000, [])]);
      socket.destroy();
      return answer.length > 0;
    });
    await load.stop();
    await site.check();
  },
);

/** CPU time of the worker so far; a tick is 10 ms. */
function cpuMs(site: Site): number {
  const fields = readFileSync(`/proc/${site.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

longTest(
  "F33: fifty senders of 5 MB each are slowed down, and do not fill the memory",
  async (t) => {
    const site = await siteOn(t, {
      connector: {
        "mllp.in.flight.bytes.max": "33554432",
        "topic.creation.default.max.message.bytes": "20971520",
        "producer.override.max.request.size": "20971520",
      },
    });
    const warm = startLoad(t, site, { connections: 5, messages: 50 });
    await warm.over();
    const before = site.rssMiB();
    const load = startLoad(t, site, {
      connections: 50,
      messages: 60,
      sizeBytes: 5_000_000,
      answerTimeoutMs: 120_000,
    });
    let rssMax = before;
    const timer = setInterval(() => (rssMax = Math.max(rssMax, site.rssMiB())), 100);
    t.after(() => clearInterval(timer));
    await load.over(400_000);
    clearInterval(timer);

    t.diagnostic(
      `RSS ${Math.round(before)} MiB, at most ${Math.round(rssMax)} MiB for 250 MB at once`,
    );
    const report = await site.check();
    assert.equal(report.open, 0);
    assert.ok(rssMax - before < 400, `${rssMax - before} MiB more`);
  },
);

longTest("F34: a worker that gets a fifth of the CPU is slow and right", async (t) => {
  const site = await siteOn(t, { worker: { "session.timeout.ms": "10000" } });
  const load = startLoad(t, site, { connections: 20, window: 4 });
  await load.reached(200);

  const until = performance.now() + 20_000;
  while (performance.now() < until) {
    site.signal("SIGSTOP");
    await delay(80);
    site.signal("SIGCONT");
    await delay(20);
  }
  await load.reached(load.progress.answered + 200);
  await load.stop();

  await site.check();
});
