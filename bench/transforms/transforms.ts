// What a chain of five transformations costs on a record of 2 kB without a schema, in microseconds of CPU time per
// record, garbage collection included: this worker, Apache Kafka Connect's own classes, and JSON.parse with JSON.stringify of the same
// record as the ceiling. Medians of several rounds in one run.
//
//   node bench/transforms/transforms.ts [records per round] [rounds]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_METRICS, SourceRecord } from "#connect-api";
import type { ConverterHeaders } from "#connect-api";
import { KAFKA_VERSION, ServerMissingError, connectJars } from "../../test/servers/kafka-jars.ts";
import { ErrorHandler } from "../../worker/errors/error-handler.ts";
import { ErrorMetrics } from "../../worker/errors/error-metrics.ts";
import type { FailedRecord } from "../../worker/errors/failure.ts";
import { Metrics } from "../../worker/metrics/index.ts";
import { loadPlugins } from "../../worker/plugins/load-plugins.ts";
import { makeConverters } from "../../worker/tasks/converters.ts";
import { toNewRecord } from "../../worker/tasks/record-conversion.ts";
import { TransformationChain } from "../../worker/tasks/transformation-chain.ts";
import { CHAIN, sampleJson } from "./sample.ts";

const records = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 9);
const LIMIT_US = 20;
const WARM_UP_ROUNDS = 3;

interface Costs {
  readonly chain: number;
  readonly whole: number;
  readonly convert: number;
}

/** Microseconds of the process per call, which other processes do not change much: the median of the rounds, without those that warm up. */
async function median(step: () => unknown): Promise<number> {
  const taken: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const startedAt = process.cpuUsage();
    for (let index = 0; index < records; index += 1) {
      const made = step();
      if (made instanceof Promise) await made;
    }
    const { user, system } = process.cpuUsage(startedAt);
    if (round >= 0) taken.push((user + system) / records);
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? Number.NaN;
}

const json = sampleJson();
const value = new TextEncoder().encode(json);
const NO_RECORD: FailedRecord = {
  topic: "in",
  partition: 0,
  offset: 0,
  timestamp: null,
  key: null,
  value: null,
  headers: [],
};

async function ours(): Promise<Costs> {
  const plugins = await loadPlugins([]);
  const chain = TransformationChain.make(plugins, CHAIN, () => NO_METRICS);
  const converters = makeConverters(
    plugins,
    {
      "key.converter": "org.apache.kafka.connect.json.JsonConverter",
      "key.converter.schemas.enable": "false",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
    },
    {},
  );
  const errors = new ErrorHandler({
    isTolerant: false,
    retryTimeoutMs: 0,
    retryDelayMaxMs: 0,
    reporters: [],
    metrics: new ErrorMetrics(new Metrics(), { connector: "bench", task: "0" }),
    signal: new AbortController().signal,
  });
  const failed = () => NO_RECORD;
  const read = () => converters.value.instance.toConnectData("in", value);
  const recordOf = ({ schema, value }: Awaited<ReturnType<typeof read>>) =>
    new SourceRecord({
      topic: "in",
      partition: 0,
      valueSchema: schema,
      value,
      timestamp: 1_483_425_001_864,
    });
  const data = await read();
  const headers: ConverterHeaders = [];
  return {
    chain: await median(() => chain.apply(recordOf(data), errors, failed)),
    whole: await median(async () => {
      const made = await chain.apply(recordOf(await read()), errors, failed);
      for (const each of made ?? []) await toNewRecord(each, converters, errors, failed, 0);
    }),
    convert: await median(async () => {
      const made = await read();
      return converters.value.instance.fromConnectData("in", made.schema, made.value, headers);
    }),
  };
}

function kafka(): Costs | string {
  const folder = mkdtempSync(join(tmpdir(), "bench-transforms-"));
  try {
    const [record, chain] = [join(folder, "record.json"), join(folder, "chain.json")];
    writeFileSync(record, value);
    writeFileSync(chain, JSON.stringify(CHAIN));
    const args = [
      "-XX:+UseSerialGC",
      "-cp",
      `${connectJars()}/*`,
      join(import.meta.dirname, "Peer.java"),
      record,
      chain,
      String(records),
      String(rounds),
    ];
    const java = spawnSync("java", args, { encoding: "utf8", timeout: 300_000 });
    if (java.status !== 0) throw new Error(java.stderr.slice(-2000));
    return JSON.parse(java.stdout.trim().split("\n").at(-1) ?? "") as Costs;
  } catch (error) {
    if (error instanceof ServerMissingError) return `not measured: ${error.message}`;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const made = await ours();
const theirs = kafka();
const ceiling = await median(() => JSON.stringify(JSON.parse(json)));
const row = (title: string, costs: Costs | string): void => {
  const text =
    typeof costs === "string"
      ? costs
      : `chain ${costs.chain.toFixed(2)}  converter + chain + converter ${costs.whole.toFixed(2)}  converters ${costs.convert.toFixed(2)}`;
  console.log(`${title.padEnd(40)} ${text}`);
};
console.log(
  `${value.length} bytes, ${records} records × ${rounds} rounds, µs of CPU time per record, median\n`,
);
row("this worker", made);
row(`Apache Kafka Connect ${KAFKA_VERSION}`, theirs);
console.log(`${"JSON.parse + JSON.stringify (ceiling)".padEnd(40)} ${ceiling.toFixed(2)}`);
if (typeof theirs !== "string") {
  console.log(
    `\nthis worker / Kafka Connect: chain ${(made.chain / theirs.chain).toFixed(2)}×, whole ${(made.whole / theirs.whole).toFixed(2)}×; whole / ceiling ${(made.whole / ceiling).toFixed(2)}×`,
  );
}
console.log(
  `chain: ${made.chain.toFixed(2)} µs, limit ${LIMIT_US} µs: ${made.chain <= LIMIT_US ? "kept" : "NOT KEPT"}`,
);
if (made.chain > LIMIT_US) process.exitCode = 1;
