import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  ConfigError,
  ConnectError,
  Headers,
  SinkRecord,
  SourceRecord,
  Struct,
  sameSchema,
} from "#connect-api";
import type { ConnectRecord, Schema } from "#connect-api";
import { predicateVectors, vectors } from "./fixtures/vectors.ts";
import type { Vector, VectorRecord } from "./fixtures/vector.ts";
import manifest from "./index.ts";

// The examples of Kafka's documentation and tests, as far as they are facts of the transformations.

const PACKAGE = "org.apache.kafka.connect.transforms";

function recordOf({ isSource = false, ...given }: VectorRecord): ConnectRecord {
  const init = {
    topic: given.topic ?? "test",
    partition: given.partition === undefined ? 0 : given.partition,
    keySchema: given.key?.[0] ?? null,
    key: given.key?.[1] ?? null,
    valueSchema: given.value?.[0] ?? null,
    value: given.value?.[1] ?? null,
    timestamp: given.timestamp ?? null,
    headers: new Headers(
      (given.headers ?? []).map(([key, schema, value]) => ({ key, schema, value })),
    ),
  };
  return isSource ? new SourceRecord(init) : new SinkRecord({ ...init, offset: 5 });
}

/** A struct as its members, so that a difference can be read. */
function plain(value: unknown): unknown {
  if (!(value instanceof Struct)) return value;
  return value.schema.fields.map(({ name }) => [name, plain(value.getWithoutDefault(name))]);
}

function assertSame(
  found: readonly [Schema | null, unknown],
  expected: readonly [Schema | null, unknown],
): void {
  assert.deepEqual(plain(found[1]), plain(expected[1]));
  assert.ok(sameSchema(found[0], expected[0]), `${inspect(found[0])} is another schema`);
  assert.deepEqual(plain(found[0]?.defaultValue), plain(expected[0]?.defaultValue));
}

function assertRecord(found: ConnectRecord, expect: VectorRecord): void {
  if (expect.value) assertSame([found.valueSchema, found.value], expect.value);
  if (expect.key) assertSame([found.keySchema, found.key], expect.key);
  if (expect.topic !== undefined) assert.equal(found.topic, expect.topic);
  if (!expect.headers) return;
  const headers = [...found.headers];
  assert.deepEqual(
    headers.map(({ key }) => key),
    expect.headers.map(([key]) => key),
  );
  for (const [index, [, schema, value]] of expect.headers.entries()) {
    assertSame([headers[index]?.schema ?? null, headers[index]?.value], [schema, value]);
  }
}

function run({ name, config, given }: Vector): ConnectRecord | null {
  const Transformation =
    manifest.transformations[`${PACKAGE}.${name}` as keyof typeof manifest.transformations];
  assert.ok(Transformation, `${name} is in the manifest`);
  const transformation = new Transformation();
  transformation.configure(config);
  const made = transformation.apply(recordOf(given));
  assert.ok(!Array.isArray(made));
  return made as ConnectRecord | null;
}

for (const [index, vector] of vectors.entries()) {
  const { name, config, expect, error, configError } = vector;
  const outcome = error ?? configError ?? (expect === null ? "drops the record" : "the example");
  test(`${index}: ${name} ${JSON.stringify(config)}: ${outcome}`, () => {
    const text = error ?? configError;
    if (text !== undefined) {
      assert.throws(
        () => run(vector),
        (thrown: Error) =>
          thrown instanceof (configError === undefined ? ConnectError : ConfigError) &&
          thrown.message.includes(text),
      );
      return;
    }
    const made = run(vector);
    if (!expect) assert.equal(made, null);
    else assertRecord(made as ConnectRecord, expect);
  });
}

for (const [name, config, given, expect] of predicateVectors) {
  test(`${name} ${JSON.stringify(config)} is ${expect}`, () => {
    const Predicate =
      manifest.predicates[`${PACKAGE}.predicates.${name}` as keyof typeof manifest.predicates];
    assert.ok(Predicate);
    const predicate = new Predicate();
    predicate.configure(config);

    assert.equal(predicate.test(recordOf(given)), expect);
  });
}

test("every transformation and predicate of Kafka is there, and has an example", () => {
  const names = Object.keys(manifest.transformations).map((name) => name.slice(PACKAGE.length + 1));
  const ofBothForms = names.filter((name) => name.includes("$"));
  assert.equal(names.length, 26);
  assert.equal(ofBothForms.length, 20);
  assert.equal(Object.keys(manifest.predicates).length, 3);
  const shown = new Set(vectors.map(({ name }) => name.split("$")[0]));
  assert.deepEqual(
    names.map((name) => name.split("$")[0]).filter((name) => !shown.has(name)),
    [],
  );
});

test("a given record and its parts are not changed", () => {
  const value = { a: "1", inner: { b: 1n }, list: [1n] };
  const record = new SinkRecord({ topic: "t", partition: 0, offset: 0, value });
  const before = structuredClone(value);
  for (const { name, config, configError } of vectors) {
    if (configError !== undefined) continue;
    const Transformation =
      manifest.transformations[`${PACKAGE}.${name}` as keyof typeof manifest.transformations];
    const transformation = new Transformation();
    transformation.configure(config);
    try {
      transformation.apply(record);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
    }
    assert.deepEqual(record.value, before);
    assert.equal(record.headers.size, 0);
  }
});
