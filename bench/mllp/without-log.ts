// What framing, header, record, order of answers and timers cost without a log: the source with a log that
// confirms at once, beside a plain loop that finds frames and answers them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { NO_METRICS } from "#connect-api";
import type { RecordMetadata } from "#connect-api";
import { generateMessages } from "#lib/hl7v2/simulator";
import { encodeFrame } from "#lib/mllp";
import { MllpSourceTask } from "../../connectors/mllp-source/task.ts";

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

export const LOADS: readonly Pick<Load, "connections" | "window">[] = [
  { connections: 1, window: 1 },
  { connections: 10, window: 1 },
  { connections: 100, window: 1 },
  { connections: 10, window: 16 },
];
const START_BLOCK = 0x0b;
const END_BLOCK = 0x1c;
const FRAMES = 20_000;

async function send({ port, messages, connections, window }: Load): Promise<Result> {
  const frames = [...generateMessages({ seed: 1, count: FRAMES })].map(encodeFrame);
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

interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

async function startSource(): Promise<Listener> {
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
  // Messages are sent again and again here, so that their generator is not measured.
  await task.start({ "mllp.port": "0", "mllp.duplicates": "ignore" });
  const over = new AbortController();
  const stored: RecordMetadata = { topic: "t", partition: 0, offset: 0, timestamp: 0 };
  const confirming = (async () => {
    while (!over.signal.aborted) {
      for (const record of await task.poll(over.signal)) task.commitRecord(record, stored);
    }
  })();
  return {
    port: task.port,
    async close() {
      over.abort();
      await confirming;
      await task.stop();
    },
  };
}

/** Nothing but frames: the ceiling for anything that is written in Node. */
async function startPlainLoop(): Promise<Listener> {
  const answer = Buffer.from(
    "\u000bMSH|^~\\&|CC|CX|LAB|HOSP|20260101120000||ACK|1|P|2.5.1\rMSA|AA|1\r\u001c\r",
  );
  const server = createServer({ noDelay: true }, (socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const answers: Buffer[] = [];
      let from = 0;
      for (;;) {
        const start = rest.indexOf(START_BLOCK, from);
        const end = start < 0 ? -1 : rest.indexOf(END_BLOCK, start);
        if (end < 0 || end + 1 >= rest.length) break;
        answers.push(answer);
        from = end + 2;
      }
      rest = rest.subarray(from);
      if (answers.length > 0) socket.write(Buffer.concat(answers));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Prints one line for each load and listener, and the ratio of each load. */
export async function measureWithoutLog(messages = 60_000): Promise<void> {
  const senders = fork(fileURLToPath(import.meta.url), ["senders"]);
  const run = async (load: Load): Promise<Result> => {
    senders.send(load);
    const [result] = (await once(senders, "message")) as [Result];
    return result;
  };
  const rates = new Map<string, number>();
  for (const [name, start] of [
    ["plain loop, without Kafka", startPlainLoop],
    ["this source, without Kafka", startSource],
  ] as const) {
    const listener = await start();
    await run({ connections: 10, window: 4, messages, port: listener.port });
    for (const load of LOADS) {
      const cpuBefore = process.cpuUsage();
      const result = await run({ ...load, port: listener.port, messages });
      const cpu = process.cpuUsage(cpuBefore);
      const quantile = (q: number): number =>
        Math.round((result.latencies[Math.floor(result.latencies.length * q)] ?? 0) * 100) / 100;
      const perSecond = Math.round(result.acknowledged / result.seconds);
      const key = `${load.connections} × ${load.window}`;
      rates.set(`${name} ${key}`, perSecond);
      const line = {
        receiver: name,
        load: key,
        perSecond,
        p50: quantile(0.5),
        p99: quantile(0.99),
        /** Seconds; the listener's alone. */
        cpuPerMillion: Number(((cpu.user + cpu.system) / result.acknowledged).toFixed(1)),
      };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
    await listener.close();
  }
  for (const { connections, window } of LOADS) {
    const load = `${connections} × ${window}`;
    const own = rates.get(`this source, without Kafka ${load}`) ?? 0;
    const ceiling = rates.get(`plain loop, without Kafka ${load}`) ?? 1;
    const toCeiling = Number((own / ceiling).toFixed(2));
    process.stdout.write(`${JSON.stringify({ load, toCeiling })}\n`);
  }
  senders.disconnect();
}

if (process.argv[2] === "senders") {
  process.on("message", (load: Load) => {
    void send(load).then((result) => process.send?.(result));
  });
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await measureWithoutLog();
}
