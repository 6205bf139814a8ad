// Side by side, on one Kafka and with one message file: how many messages a second are acknowledged by this source,
// Apache Camel, HAPI's server and a listener in Go; and without Kafka, beside a plain loop in Node.
//
//   npm run bench:mllp [-- --seconds 5] [--rounds 1] [--only NAME]
//
// The senders keep their ledger on disk, and the oracle counts what was lost and doubled. Senders, receiver and
// Kafka share the machine, so only ratios of one run say something.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readLedger } from "../../test/faults/ledger.ts";
import { judge } from "../../test/faults/oracle.ts";
import { RunningLoad } from "../../test/faults/site.ts";
import { startKafka } from "../../test/servers/kafka.ts";
import { openBeside, topicsMatching } from "../../test/support/topic-contents.ts";
import { benchContext } from "./bench-context.ts";
import { cpuSeconds, rssPeakMiB } from "./process-usage.ts";
import { receivers } from "./receivers.ts";
import type { ReceiverKind } from "./receivers.ts";
import { LOADS, measureWithoutLog } from "./without-log.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const MESSAGE_BYTES = 1000;

interface Row {
  readonly receiver: string;
  readonly load: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly cpuPerMillion: number;
  readonly rssMiB: number;
  readonly lost: number;
  readonly doubled: number;
}

const rows: Row[] = [];
let runs = 0;

async function measure(kind: ReceiverKind, bootstrapServers: string): Promise<void> {
  const { context, close } = benchContext();
  const folder = mkdtempSync(join(tmpdir(), "bench-mllp-"));
  try {
    const receiver = await kind.start(context, bootstrapServers);
    const ledger = join(folder, "ledger.jsonl");
    writeFileSync(ledger, "");
    const run = async (connections: number, window: number, forSeconds: number) => {
      const load = new RunningLoad(context, {
        port: receiver.port,
        ledger,
        run: `B${++runs}`,
        connections,
        window,
        messages: 10_000_000,
        sizeBytes: MESSAGE_BYTES,
        answerTimeoutMs: 3000,
      });
      await delay(forSeconds * 1000);
      try {
        return await load.stop(20_000);
      } catch {
        // A receiver that drops frames leaves its sender waiting for ever.
        process.stdout.write(
          `${kind.name}, ${connections} × ${window}: messages stay unanswered\n`,
        );
        load.end();
        return load.progress;
      }
    };
    // For compilers that learn by doing.
    await run(10, 4, seconds);
    const own: Row[] = [];
    for (const { connections, window } of LOADS) {
      const cpuBefore = cpuSeconds(receiver.pid);
      const {
        answered,
        seconds: took = 1,
        latencies = [],
      } = await run(connections, window, seconds);
      const quantile = (q: number): number =>
        Math.round((latencies[Math.floor(latencies.length * q)] ?? 0) * 10) / 10;
      own.push({
        receiver: kind.name,
        load: `${connections} × ${window}`,
        perSecond: Math.round(answered / took),
        p50: quantile(0.5),
        p99: quantile(0.99),
        p999: quantile(0.999),
        cpuPerMillion: Math.round(((cpuSeconds(receiver.pid) - cpuBefore) / answered) * 1_000_000),
        rssMiB: rssPeakMiB(receiver.pid),
        lost: 0,
        doubled: 0,
      });
    }
    await receiver.stop();
    const log = await openBeside(bootstrapServers);
    const records = [...(await topicsMatching(log, receiver.topics)).values()].flat();
    await log.close();
    const { lost, doubled, violations } = judge({
      ledger: await readLedger(ledger),
      records,
      isExactlyOnce: kind.isExactlyOnce,
      deadlineMs: 25_000,
    });
    rows.push(...own.map((row) => ({ ...row, lost, doubled })));
    for (const row of own) process.stdout.write(`${JSON.stringify({ ...row, lost, doubled })}\n`);
    if (violations.length > 0) process.stdout.write(`  ${violations.slice(0, 3).join("\n  ")}\n`);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rate(receiver: string, load: string): number {
  return median(
    rows
      .filter((row) => row.receiver === receiver && row.load === load)
      .map(({ perSecond }) => perSecond),
  );
}

function printRatios(): void {
  const [atLeastOnce, exactlyOnce, ...peers] = receivers.map(({ name }) => name) as [
    string,
    string,
    ...string[],
  ];
  for (const { connections, window } of LOADS) {
    const load = `${connections} × ${window}`;
    const base = rate(atLeastOnce, load);
    const ratios = {
      load,
      atLeastOnceTo: Object.fromEntries(
        peers.map((name) => [name, Number((base / rate(name, load)).toFixed(2))]),
      ),
      exactlyToAtLeastOnce: Number((rate(exactlyOnce, load) / base).toFixed(2)),
    };
    process.stdout.write(`${JSON.stringify(ratios)}\n`);
  }
}

const chosen = receivers.filter(({ name }) => name.includes(values.only ?? ""));
const kafka = await startKafka();
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Rotated, so that nobody is always the first.
    const order = [
      ...chosen.slice(round % chosen.length),
      ...chosen.slice(0, round % chosen.length),
    ];
    for (const kind of order) await measure(kind, kafka.bootstrapServers);
  }
} finally {
  await kafka.stop();
}
printRatios();
if (values.only === undefined) await measureWithoutLog();
