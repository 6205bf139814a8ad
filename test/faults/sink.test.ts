import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { hash } from "node:crypto";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { Random } from "../fuzz/random.ts";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { connectorConfig, eventually, postConnector } from "../support/rest-client.ts";
import { readLedger } from "./ledger.ts";
import { startLoad, startSite } from "./site.ts";

// R32: source → topic → MLLP sink → a receiver that misbehaves, while the worker is killed. In the long form only.

const isLong = process.env["FAULTS"] === "long";
const KILLS = 10;
const MESSAGES = 3000;

/** Notes what it has taken before it says so; now and then it answers late, twice, AE, for another message, or not at all. */
async function startReceiver(t: TestContext, random: Random) {
  /** In order, by hash. */
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    let former = "";
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let end = received.indexOf("\u001c\r"); end >= 0; end = received.indexOf("\u001c\r")) {
        const payload = received.subarray(1, end);
        received = received.subarray(end + 2);
        const id = payload.toString("latin1").split("|")[9] ?? "";
        const answer = (code: string, name = id): void => {
          const text = `MSH|^~\\&|R|R|S|S|1||ACK|1|P|2.5.1\rMSA|${code}|${name}\r`;
          socket.write(`\u000b${text}\u001c\r`);
        };
        const mood = random.below(100);
        if (mood === 0) answer("AE");
        else if (mood === 1) socket.destroy();
        else if (mood === 2) answer("AA", former);
        else {
          taken.push(hash("sha256", payload, "hex"));
          // Taken, and not told.
          if (mood === 3) socket.destroy();
          else if (mood === 4) setTimeout(() => answer("AA"), 1500);
          else answer("AA");
          if (mood === 5) answer("AA");
        }
        former = id;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, taken };
}

if (isLong) {
  test(`R32: ${KILLS} kills, and a receiver that misbehaves: all arrives, whole and in order`, async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const random = new Random(Date.now() % 1_000_000);
    const receiver = await startReceiver(t, random);
    const site = await startSite(t, { bootstrapServers, isExactlyOnce: true });
    await postConnector(site.url, {
      ...connectorConfig("topics-to-mllp", {
        topics: `${site.prefix}data.oru`,
        "mllp.port": String(receiver.port),
        "mllp.answer.timeout.ms": "1000",
        "mllp.retry.backoff.ms": "20",
        "mllp.retry.backoff.max.ms": "200",
        "consumer.override.metadata.max.age.ms": "300",
        "errors.deadletterqueue.topic.name": `${site.prefix}dlq`,
      }),
      name: `${site.prefix}sink`,
    });
    const load = startLoad(t, site, { connections: 10, messages: MESSAGES });
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = receiver.taken.length;
      await eventually(
        "more arrives",
        () => receiver.taken.length >= before + 50 || load.progress.isOver,
        180_000,
      );
      await site.kill();
      await site.start();
    }
    await load.over(300_000);
    await site.check();
    const sent = (await readLedger(site.ledger)).filter((entry) => entry.kind === "sent");
    const wanted = new Set(sent.map(({ sha256 }) => sha256));
    const arrived = (): Set<string> => new Set(receiver.taken);

    await eventually("all has arrived", () => arrived().size >= MESSAGES, 300_000, 500);

    assert.deepEqual(arrived(), wanted, "nothing is lost, cut or mixed");
    const first = [...arrived()];
    for (const [partition, records] of Map.groupBy(
      await site.records(),
      (each) => each.partition,
    )) {
      const stored = records.map(({ value }) => hash("sha256", value ?? new Uint8Array(), "hex"));
      const own = new Set(stored);
      assert.deepEqual(
        first.filter((sha256) => own.has(sha256)),
        stored,
        `in the order of partition ${partition}, by the first copies`,
      );
    }
    t.diagnostic(`${receiver.taken.length - MESSAGES} of ${MESSAGES} came more than once`);
  });
}
