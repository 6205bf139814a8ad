import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigDef, NO_METRICS, Predicate, SourceRecord } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { ErrorHandler } from "../errors/error-handler.ts";
import { ErrorMetrics } from "../errors/error-metrics.ts";
import { Metrics } from "../metrics/index.ts";
import { testPlugins, transformationOf } from "../fixtures/task-harness.ts";
import { TransformationChain } from "./transformation-chain.ts";

const append = (suffix: string) =>
  transformationOf((record) => record.with({ value: `${String(record.value)}${suffix}` }));

class IsA extends Predicate {
  config() {
    return new ConfigDef({});
  }
  configure(): void {}
  test({ value }: ConnectRecord): boolean {
    if (value === "broken") throw new TypeError("predicate");
    return String(value).startsWith("a");
  }
}

const plugins = testPlugins({
  transformations: {
    X: append("x"),
    Y: append("y"),
    Drop: transformationOf(() => null),
    Twice: transformationOf((record) => [record, record.with({ value: "b" })]),
    None: transformationOf(() => []),
  },
  predicates: { IsA },
});
const errors = new ErrorHandler({
  isTolerant: true,
  retryTimeoutMs: 0,
  retryDelayMaxMs: 0,
  reporters: [],
  metrics: new ErrorMetrics(new Metrics(), { connector: "c", task: "0" }),
  signal: new AbortController().signal,
});
const NO_RECORD = {
  topic: undefined,
  partition: undefined,
  offset: undefined,
  timestamp: null,
  key: null,
  value: null,
  headers: [],
};

async function results(transforms: string, value: string, extra: Props = {}) {
  const types = transforms.split(",").map((alias) => [`transforms.${alias}.type`, alias]);
  const props = { transforms, ...Object.fromEntries(types), ...extra };
  const chain = TransformationChain.make(plugins, props, () => NO_METRICS);
  const record = new SourceRecord({ topic: "t", value });
  return (await chain.apply(record, errors, () => NO_RECORD))?.map((made) => made.value);
}

const onlyA = { predicates: "a", "predicates.a.type": "IsA", "transforms.X.predicate": "a" };

for (const { title, transforms, value, extra, expected } of [
  {
    title: "links apply in the order of the list",
    transforms: "X,Y",
    value: "a",
    expected: ["axy"],
  },
  { title: "null ends the chain for the record", transforms: "Drop,X", value: "a", expected: [] },
  { title: "an empty list does so too", transforms: "None,X", value: "a", expected: [] },
  {
    title: "each of several goes through the rest of the chain",
    transforms: "Twice,X",
    value: "a",
    expected: ["ax", "bx"],
  },
  {
    title: "a predicate is asked for each of several",
    transforms: "Twice,X",
    value: "a",
    extra: onlyA,
    expected: ["ax", "b"],
  },
  {
    title: "negate turns the predicate round",
    transforms: "Twice,X",
    value: "a",
    extra: { ...onlyA, "transforms.X.negate": "TRUE" },
    expected: ["a", "bx"],
  },
  {
    title: "a predicate that throws is a failure of its link",
    transforms: "X",
    value: "broken",
    extra: onlyA,
    expected: undefined,
  },
] as const satisfies readonly object[] as readonly {
  title: string;
  transforms: string;
  value: string;
  extra?: Props;
  expected: readonly string[] | undefined;
}[]) {
  test(title, async () => {
    assert.deepEqual(await results(transforms, value, extra), expected);
  });
}

test("a predicate alias that nobody declared fails the start with Kafka's text", async () => {
  await assert.rejects(results("X", "a", { "transforms.X.predicate": "p" }), {
    name: "ConfigError",
    message: "Unknown configuration 'predicates.p.type'",
  });
});
