// How many messages per second the MLLP source answers when the log confirms at once: framing, header, record,
// order of answers, NAKs and timers, without a log. Prints one JSON line per load.
//
//   node bench/mllp-source.ts [messages]
//
// The senders are a process of their own, on the same machine, so they take their share of its cores.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { NO_METRICS } from "#connect-api";
import type { RecordMetadata } from "#connect-api";
import { generateMessages } from "#lib/hl7v2/simulator";
import { encodeFrame } from "#lib/mllp";
import { MllpSourceTask } from "../connectors/mllp-source/task.ts";

interface Load {
  readonly port: number;
  readonly messages: number;
  readonly connections: number;
  /** Messages of one connection that are sent before their answers came. */
  readonly window: number;
}

interface Result {
  readonly seconds: number;
  readonly acknowledged: number;
  /** Milliseconds from writing a message to reading its answer, sorted. */
  readonly latencies: readonly number[];
}

const LOADS: readonly Pick<Load, "connections" | "window">[] = [
  { connections: 1, window: 1 },
  { connections: 10, window: 1 },
  { connections: 100, window: 1 },
  { connections: 10, window: 16 },
];
const END_BLOCK = 0x1c;

async function send({ port, messages, connections, window }: Load): Promise<Result> {
  const frames = [...generateMessages({ seed: 1, count: 1000 })].map(encodeFrame);
  const latencies: number[] = [];
  let acknowledged = 0;
  let next = 0;
  const play = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      const sentAt: number[] = [];
      const fill = (): void => {
        while (sentAt.length < window && next < messages) {
          sentAt.push(performance.now());
          socket.write(frames[next++ % frames.length] as Uint8Array);
        }
        if (sentAt.length === 0) resolve();
      };
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        acknowledged += chunk.toString("latin1").split("\rMSA|AA|").length - 1;
        for (let at = chunk.indexOf(END_BLOCK); at >= 0; at = chunk.indexOf(END_BLOCK, at + 1)) {
          latencies.push(performance.now() - (sentAt.shift() ?? 0));
        }
        fill();
      });
      fill();
    });
  const sockets = Array.from({ length: connections }, () =>
    connect({ host: "127.0.0.1", port, noDelay: true }),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const startedAt = performance.now();
  await Promise.all(sockets.map(play));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const socket of sockets) socket.destroy();
  return { seconds, acknowledged, latencies: latencies.toSorted((a, b) => a - b) };
}

async function startTask(): Promise<MllpSourceTask> {
  const task = new MllpSourceTask();
  const silent = (): void => {};
  task.initialize({
    connectorName: "bench",
    taskId: 0,
    metrics: NO_METRICS,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    configs: () => ({}),
    offsetReader: { offset: async () => null, offsets: async () => new Map() },
    isExactlyOnce: false,
    transactionContext: undefined,
  });
  await task.start({ "mllp.port": "0" });
  return task;
}

async function measure(messages: number): Promise<void> {
  const task = await startTask();
  const over = new AbortController();
  const stored: RecordMetadata = { topic: "t", partition: 0, offset: 0, timestamp: 0 };
  const confirming = (async () => {
    while (!over.signal.aborted) {
      for (const record of await task.poll(over.signal)) task.commitRecord(record, stored);
    }
  })();
  const senders = fork(fileURLToPath(import.meta.url), ["senders"]);
  const run = async (load: Omit<Load, "port">): Promise<Result> => {
    senders.send({ ...load, port: task.port });
    const [result] = (await once(senders, "message")) as [Result];
    return result;
  };
  await run({ connections: 10, window: 4, messages: messages / 2 });
  for (const load of LOADS) {
    const { seconds, acknowledged, latencies } = await run({ ...load, messages });
    const quantile = (q: number): number =>
      Math.round((latencies[Math.floor(latencies.length * q)] ?? 0) * 1000) / 1000;
    const perSecond = Math.round(acknowledged / seconds);
    const rssMiB = Math.round(process.memoryUsage.rss() / 1024 / 1024);
    const line = {
      ...load,
      messages,
      acknowledged,
      perSecond,
      p50: quantile(0.5),
      p99: quantile(0.99),
      rssMiB,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  senders.disconnect();
  over.abort();
  await confirming;
  await task.stop();
}

if (process.argv[2] === "senders") {
  process.on("message", (load: Load) => {
    void send(load).then((result) => process.send?.(result));
  });
} else {
  await measure(Number(process.argv[2] ?? 30_000));
}
