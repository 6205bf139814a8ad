// `npm test`: the whole check. `npm run test:unit` and `npm run test:faults` run one part of it.
import { spawnSync } from "node:child_process";

interface Part {
  readonly title: string;
  readonly command: readonly string[];
}

/** Node's test runner; files run side by side, tests of one file one after the other. */
const nodeTest = (concurrency: number, ...globs: readonly string[]): readonly string[] =>
  nodeTestWithin(240_000, concurrency, ...globs);

const nodeTestWithin = (
  timeoutMs: number,
  concurrency: number,
  ...globs: readonly string[]
): readonly string[] => [
  "node",
  "--disable-warning=ExperimentalWarning",
  "--test",
  `--test-concurrency=${concurrency}`,
  // A test that hangs is a failure, not an endless run.
  `--test-timeout=${timeoutMs}`,
  ...globs,
];

const withKafka = (command: readonly string[]): readonly string[] => [
  "node",
  "--disable-warning=ExperimentalWarning",
  "test/servers/run-with-kafka.ts",
  "--",
  ...command,
];

const check: Part = { title: "check", command: ["node", "scripts/check.ts"] };
const unit: Part = {
  title: "unit tests and the embedded log",
  command: nodeTest(
    2,
    "{connect-api,lib,converters,transforms,connectors,worker,cli,schemas}/**/*.test.ts",
    "broker/embedded/**/*.test.ts",
    "test/*.test.ts",
    "test/conformance/**/*.test.ts",
    "test/fuzz/**/*.test.ts",
    "test/registry/**/*.test.ts",
  ),
};
/** Real registries, and Avro of other languages: each is fetched and started. */
const registries: Part = {
  title: "schema registries",
  command: [
    "env",
    "CLINICAL_LONG_TESTS=1",
    ...nodeTestWithin(
      1_200_000,
      1,
      "test/registry/**/*.test.ts",
      "test/conformance/fhir-avro.test.ts",
    ),
  ],
};
const integration: Part = {
  title: "end to end, and the real Kafka",
  command: withKafka(
    nodeTest(
      1,
      "broker/kafka/**/*.test.ts",
      "test/{e2e,servers,snowflake}/**/*.test.ts",
      "test/compat/{records,rest}/**/*.test.ts",
      "test/fhir-store/*.test.ts",
      "test/distributed/*-short.test.ts",
    ),
  ),
};
/** Beside Apache Kafka Connect itself, with the same requests and the same records. */
const compat: Part = {
  title: "compatibility with Kafka Connect",
  command: [
    "env",
    "COMPAT=full",
    ...withKafka(nodeTestWithin(900_000, 1, "test/compat/**/*.test.ts")),
  ],
};
/** Random configs and requests to this worker and to Apache Kafka Connect. */
const fuzzRest: Part = {
  title: "random configs and requests",
  command: [
    "env",
    "COMPAT=full",
    ...withKafka(nodeTestWithin(1_200_000, 1, "test/compat/rest/fuzz/*.test.ts")),
  ],
};
/** Several workers on one Kafka: joins, kills, restarts, each long. */
const distributed: Part = {
  title: "distributed mode",
  command: withKafka(nodeTest(1, "test/distributed/**/*.test.ts")),
};
/** The Snowflake sink, with the kills and messages that package.json asks for. */
const snowflake: Part = {
  title: "Snowflake",
  command: nodeTestWithin(
    3_600_000,
    1,
    "connectors/snowflake-sink/faults.test.ts",
    "test/snowflake/**/*.test.ts",
  ),
};
/** The FHIR sinks, also on HAPI FHIR, with the kills and messages that package.json asks for. */
const fhirStore: Part = {
  title: "FHIR stores",
  command: nodeTestWithin(
    7_200_000,
    1,
    "connectors/fhir-store-sink/**/*.test.ts",
    "test/fhir-store/**/*.test.ts",
  ),
};
const faults: Part = {
  title: "faults, short form",
  command: withKafka(nodeTest(2, "test/faults/*.test.ts")),
};
/** The numbers of the fault matrix: 100 kills, outages of minutes. Takes about half an hour. */
const faultsLong: Part = {
  title: "faults",
  command: [
    "env",
    "FAULTS=long",
    ...withKafka(nodeTestWithin(1_200_000, 1, "test/faults/**/*.test.ts")),
  ],
};
/** Half load with faults at random, for SOAK_MINUTES minutes (20). */
const soak: Part = {
  title: "MLLP source, soak",
  command: nodeTestWithin(36_000_000, 1, "test/soak/mllp.test.ts"),
};

const parts: Readonly<Record<string, readonly Part[]>> = {
  all: [check, unit, integration, faults],
  unit: [unit],
  faults: [faultsLong],
  compat: [compat],
  "fuzz-rest": [fuzzRest],
  distributed: [distributed],
  registries: [registries],
  snowflake: [snowflake],
  "fhir-store": [fhirStore],
  soak: [soak],
};

const chosen = parts[process.argv[2] ?? "all"];
if (!chosen) {
  process.stderr.write(`Unknown part; choose one of ${Object.keys(parts).join(", ")}\n`);
  process.exit(2);
}
for (const [index, { title, command }] of chosen.entries()) {
  process.stderr.write(`\n▶ ${index + 1}/${chosen.length} ${title}\n`);
  const startedAt = performance.now();
  const [program = "", ...args] = command;
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  process.stderr.write(`${status === 0 ? "✔" : "✖"} ${title} (${seconds} s)\n`);
  if (status !== 0) process.exit(status ?? 1);
}
