import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startLoad, startSite } from "../faults/site.ts";
import type { Site } from "../faults/site.ts";
import { startTcpProxy } from "../faults/tcp-proxy.ts";
import { Random } from "../fuzz/random.ts";
import { ownKafkaForTests } from "../servers/kafka-fixture.ts";

// F38: npm run soak:mllp. Half load with faults at random, for SOAK_MINUTES minutes: two thirds of them without the end of
// the worker, so that its memory and descriptors can be looked at, then with it. SOAK_SEED repeats a run.

const minutes = Number(process.env["SOAK_MINUTES"] ?? 20);
const seed = Number(process.env["SOAK_SEED"] ?? Date.now() % 1_000_000);

/** MiB and open descriptors may be so much more in the last third of the first phase than in its first. */
const MORE_MIB_MAX = 32;
const MORE_DESCRIPTORS_MAX = 16;

interface Sample {
  readonly rssMiB: number;
  readonly descriptors: number;
}

function sampleOf(site: Site): Sample | undefined {
  try {
    return {
      rssMiB: site.rssMiB(),
      descriptors: readdirSync(`/proc/${site.pid}/fd`).length,
    };
  } catch {
    // Between two processes.
    return undefined;
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test(`F38: ${minutes} minutes at half load with faults at random (seed ${seed})`, async (t) => {
  const random = new Random(seed);
  const kafka = await ownKafkaForTests(t);
  const site = await startSite(t, {
    bootstrapServers: kafka.bootstrapServers,
    isExactlyOnce: true,
    // A small window is full before the first sample that counts, and a small heap is collected instead of growing.
    connector: { "mllp.ack.deadline.ms": "10000", "mllp.duplicates.window": "1024" },
    environment: { NODE_OPTIONS: "--max-old-space-size=192" },
  });
  const network = await startTcpProxy(t, () => site.port);

  const full = startLoad(t, site, { connections: 40 });
  await full.reached(200);
  const before = full.progress.answered;
  await delay(10_000);
  const perSecond = Math.max(10, Math.round((full.progress.answered - before) / 10 / 2));
  await full.stop();
  t.diagnostic(`${perSecond * 2} messages a second at full load; ${perSecond} from now on`);
  const load = startLoad(t, site, {
    connections: 40,
    window: 2,
    port: network.port,
    perSecond,
    answerTimeoutMs: 15_000,
  });

  const harmless: readonly (readonly [string, () => Promise<void>])[] = [
    [
      "the worker stands still",
      async () => {
        site.signal("SIGSTOP");
        await delay(500 + random.below(3000));
        site.signal("SIGCONT");
      },
    ],
    [
      "the broker is killed",
      async () => {
        await kafka.kill();
        await delay(random.below(10_000));
        await kafka.restart();
      },
    ],
    [
      "the broker stands still",
      async () => {
        kafka.pause();
        await delay(500 + random.below(6000));
        kafka.resume();
      },
    ],
    [
      "the network is broken",
      async () => {
        network.partition();
        await delay(random.below(5000));
        network.heal();
        network.cut();
      },
    ],
    [
      "the network is slow",
      async () => {
        network.delay(50 + random.below(300));
        await delay(5000);
        network.delay(0);
      },
    ],
    [
      "strangers call",
      async () => {
        for (let nth = 0; nth < 100; nth += 1) {
          const socket = connect({ host: "127.0.0.1", port: site.port });
          socket.on("error", () => {});
          socket.end("GET / HTTP/1.1\r\n\r\n");
        }
        await delay(1000);
      },
    ],
    [
      "settings change",
      () => site.reconfigure({ "mllp.connection.in.flight.max": String(10 + random.below(50)) }),
    ],
  ];
  const lethal: typeof harmless = [
    [
      "the worker is killed",
      async () => {
        await site.kill();
        await site.start();
      },
    ],
    [
      "the worker is stopped",
      async () => {
        site.signal("SIGTERM");
        await site.ended();
        await site.start();
      },
    ],
  ];

  const counts = new Map<string, number>();
  const samples: Sample[] = [];
  const run = async (untilMs: number, faults: typeof harmless): Promise<void> => {
    while (performance.now() < untilMs) {
      const [name, inject] = random.pick(faults);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      await inject();
      // L7: answers come again, without anybody's help.
      await load.reached(load.progress.answered + 20, 120_000);
      const quietUntil = performance.now() + 3000 + random.below(7000);
      while (performance.now() < quietUntil) {
        const sample = sampleOf(site);
        if (sample) samples.push(sample);
        await delay(1000);
      }
    }
  };
  const startedAt = performance.now();
  await run(startedAt + minutes * 40_000, harmless);
  // The first tenth warms up.
  const warm = samples.slice(Math.floor(samples.length / 10));
  const third = Math.floor(warm.length / 3);
  const [first, last] = [warm.slice(0, third), warm.slice(-third)];
  await run(startedAt + minutes * 60_000, [...harmless, ...lethal, ...lethal]);
  await load.stop(300_000);

  t.diagnostic(JSON.stringify(Object.fromEntries(counts)));
  const middles = (of: readonly Sample[]) => [
    Math.round(median(of.map(({ rssMiB }) => rssMiB))),
    median(of.map(({ descriptors }) => descriptors)),
  ];
  const [[rssFirst = 0, openFirst = 0], [rssLast = 0, openLast = 0]] = [
    middles(first),
    middles(last),
  ];
  t.diagnostic(
    `RSS ${rssFirst} MiB, then ${rssLast} MiB; descriptors ${openFirst}, then ${openLast}`,
  );
  const report = await site.check();
  assert.equal(report.open, 0);
  assert.ok(rssLast - rssFirst <= MORE_MIB_MAX, `memory grew by ${rssLast - rssFirst} MiB`);
  assert.ok(
    openLast - openFirst <= MORE_DESCRIPTORS_MAX,
    `${openLast - openFirst} descriptors more`,
  );
});
