import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { eventually, rest } from "../support/rest-client.ts";
import { frame, sendAll } from "../support/mllp-sender.ts";
import { loadMessage } from "./load-messages.ts";
import { startLoad, startSite } from "./site.ts";
import type { Site } from "./site.ts";

const isLong = process.env["FAULTS"] === "long";

async function siteOn(t: TestContext, connector: Record<string, string> = {}): Promise<Site> {
  const { bootstrapServers } = await kafkaForTests(t);
  return startSite(t, { bootstrapServers, isExactlyOnce: true, connector });
}

async function open(t: TestContext, site: Site): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: site.port, noDelay: true });
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Resolves, unlike `once`, whether the socket fails or not. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("drain", () => resolve()));
const isClosed = (socket: Socket): boolean => socket.closed || socket.readableEnded;

/** A counter of the source at `/metrics`, over all its labels that match. */
async function metric(site: Site, name: string, label = ""): Promise<number> {
  const { body } = await rest(site.url, "GET", "/metrics");
  return String(body)
    .split("\n")
    .filter((line) => line.includes(name) && line.includes(label) && !line.startsWith("#"))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

test("F18: senders that trickle are cut, and the others go on", async (t) => {
  const site = await siteOn(t, { "mllp.frame.timeout.ms": "1500" });
  const load = startLoad(t, site, { connections: 10 });
  const slow = await Promise.all(Array.from({ length: isLong ? 1000 : 200 }, () => open(t, site)));
  const trickle = setInterval(() => {
    for (const socket of slow) if (!isClosed(socket)) socket.write("M");
  }, 300);
  t.after(() => clearInterval(trickle));
  for (const socket of slow) socket.write("\u000bMSH|");
  for (const socket of slow) socket.resume();
  const before = load.progress.answered;

  await eventually("all are cut", () => slow.every(isClosed), 20_000);

  assert.ok(load.progress.answered > before, "good senders are answered meanwhile");
  await load.stop();
  assert.equal(await metric(site, "mllp_closed_connections_total", "frame-timeout"), slow.length);
  await site.check();
});

test("F19: a sender that never reads its answers is cut, and what it sent is not lost", async (t) => {
  const site = await siteOn(t);
  const deaf = await open(t, site);
  deaf.pause();
  const before = site.rssMiB();
  let sequence = 0;
  const closed = new Promise((resolve) => deaf.once("close", resolve));
  const pump = async (): Promise<void> => {
    while (!deaf.destroyed && sequence < 200_000) {
      // Answers hold MSH-3 of their message, so that some hundreds of them fill the buffers of the system.
      const message = loadMessage({ run: "DEAF", connection: 0, sequence, sizeBytes: 0 });
      const bytes = Buffer.from(message.bytes.toString("latin1").replace("SND0", "S".repeat(8000)));
      sequence += 1;
      if (!deaf.write(frame(bytes))) await Promise.race([drained(deaf), closed]);
    }
  };

  await Promise.race([pump(), closed, delay(30_000)]);

  await eventually(
    "it is cut",
    async () => (await metric(site, "mllp_closed_connections_total", "answers-unread")) === 1,
    30_000,
  );
  assert.ok(site.rssMiB() - before < 64, "its answers do not fill the memory");
  const [sent] = await sendAll(
    { port: site.port },
    [loadMessage({ run: "AFTER", connection: 1, sequence: 0, sizeBytes: 0 }).bytes],
    { connections: 1 },
  );
  assert.equal(sent?.code, "AA");
});

test("F20: a frame without end is refused at the limit, and memory stays within twice of it", async (t) => {
  const site = await siteOn(t);
  const [warm] = await sendAll(
    { port: site.port },
    [loadMessage({ run: "WARM", connection: 0, sequence: 0, sizeBytes: 1_000_000 }).bytes],
    { connections: 1 },
  );
  assert.equal(warm?.code, "AA");
  const block = Buffer.alloc(1024 * 1024, "x");
  /** The most memory on the way, in MiB. */
  const attack = async (): Promise<number> => {
    const socket = await open(t, site);
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    let rssMax = site.rssMiB();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write("\u000bMSH|^~\\&|A|B|C|D|1||ADT^A01|ENDLESS|P|2.5\rNTE|1||");

    for (
      let megabytes = 0;
      megabytes < (isLong ? 10_000 : 200) && !socket.destroyed;
      megabytes += 1
    ) {
      if (!socket.write(block)) await Promise.race([drained(socket), closed]);
      rssMax = Math.max(rssMax, site.rssMiB());
    }

    await eventually("it is closed", () => isClosed(socket), 20_000);
    assert.match(answer, /\rMSA\|AE\|ENDLESS/);
    assert.match(answer, /\rERR\|[^\r]*104/);
    return rssMax;
  };
  const before = site.rssMiB();
  // What the first one leaves to the garbage collector, the next one uses again.
  const first = await attack();
  const warmed = site.rssMiB();
  const second = await attack();

  const rounded = [before, first, warmed, second].map(Math.round);
  t.diagnostic(
    `RSS ${rounded.join(", ")} MiB: before, at most, after, and at most in a second one`,
  );
  assert.ok(second - warmed < 2 * 16 + 32, `${second - warmed} MiB more`);
  assert.ok(first - before < 2 * (2 * 16 + 32), `${first - before} MiB more at first`);
});

test("F21: a message in chunks of one byte is answered like any other", async (t) => {
  const site = await siteOn(t);
  const { bytes } = loadMessage({ run: "BYTES", connection: 0, sequence: 0, sizeBytes: 200_000 });
  const socket = await open(t, site);
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));

  const whole = frame(bytes);
  for (let at = 0; at < whole.length; at += 1) {
    if (!socket.write(whole.subarray(at, at + 1))) await once(socket, "drain");
  }

  await eventually("the answer came", () => answer.includes("\u001c\r"));
  assert.match(answer, /\rMSA\|AA\|BYTES-0-0/);
  const [record] = await site.records();
  assert.deepEqual(Buffer.from(record?.value ?? []), bytes);
});

/** Numbers from 0 to below `limit`, the same for the same seed (Lehmer, modulus 2^31-1). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

test("F22: however frames are cut, fused and littered, each message is stored once and whole", async (t) => {
  const site = await siteOn(t);
  const seed = (Date.now() % 2_000_000_000) + 1;
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const litter = ["junk", "", "\n", "\r\n", "\0", " \t", "\n\n\0"];
  const ends = ["\u001c\r", "\u001c\r\n", "\u001c\n", "\u001c"];
  const whole = new Set<string>();
  const streams = Array.from({ length: 20 }, (_, connection) => {
    let stream = "";
    for (let sequence = 0; sequence < (isLong ? 5000 : 100); sequence += 1) {
      const message = loadMessage({ run: "FUZZ", connection, sequence, sizeBytes: 0 });
      const text = message.bytes.toString("latin1");
      whole.add(text);
      // An end byte alone that text follows belongs to its message.
      const isOpen = stream.endsWith("\u001c");
      stream += litter.filter((each) => !(isOpen && each === "junk"))[random(6)];
      // A sender that begins anew in the middle of a message.
      if (random(10) === 0) stream += `\u000b${text.slice(0, 10 + random(text.length - 10))}`;
      stream += `\u000b${text}${ends[random(ends.length)]}`;
    }
    return Buffer.from(`${stream}\r`, "latin1");
  });

  await Promise.all(
    streams.map(async (stream) => {
      const socket = await open(t, site);
      socket.resume();
      for (let at = 0; at < stream.length;) {
        const next = Math.min(stream.length, at + 1 + random(random(4) === 0 ? 5 : 3000));
        if (!socket.write(stream.subarray(at, next))) await once(socket, "drain");
        at = next;
      }
      socket.end();
      await once(socket, "close");
    }),
  );

  const records = await site.records();
  const stored = records.map(({ value }) => Buffer.from(value ?? []).toString("latin1"));
  assert.equal(stored.length, whole.size);
  assert.deepEqual(new Set(stored), whole);
});

test("F24: what is not MLLP is closed and counted", async (t) => {
  const site = await siteOn(t, { "mllp.first.byte.timeout.ms": "1000" });
  const hellos = [
    Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(1000)}\r\n`),
    Buffer.concat([Buffer.from("16030100f4010000f00303", "hex"), Buffer.alloc(5000, 0x41)]),
    Buffer.alloc(10_000, "S"),
    Buffer.alloc(0),
  ];

  const sockets = await Promise.all(hellos.map(() => open(t, site)));
  for (const [index, socket] of sockets.entries()) {
    socket.resume();
    socket.write(hellos[index] as Buffer);
  }
  const short = await open(t, site);
  short.resume();
  short.write("GET / HTTP/1.0\r\n\r\n");

  await eventually("all are closed", () => [...sockets, short].every(isClosed), 15_000);
  assert.equal(await metric(site, "mllp_closed_connections_total", "junk"), 3);
  assert.equal(await metric(site, "mllp_closed_connections_total", "first-byte-timeout"), 2);
  assert.deepEqual(await site.records(), []);
});
