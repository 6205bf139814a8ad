import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError } from "#connect-api";
import { deadLetterOf } from "./dead-letters.ts";
import type { Failure } from "./failure.ts";

const decoder = new TextDecoder();
const options = { topic: "dlq", hasContextHeaders: true, connector: "c", task: 3 };

function failureOf(error: unknown): Failure {
  return {
    stage: "TRANSFORMATION",
    className: "Hl7v2ToFhir",
    error,
    record: {
      topic: "in",
      partition: 1,
      offset: 42,
      timestamp: 1234,
      key: new Uint8Array([1]),
      value: new Uint8Array([2]),
      headers: [["__connect.errors.stage", new Uint8Array([88])]],
    },
  };
}

const headersOf = (error: unknown): [string, string][] =>
  (deadLetterOf(failureOf(error), options).headers ?? []).map(([name, value]) => [
    name,
    decoder.decode(value ?? undefined),
  ]);

test("headers of the record are kept beside those of the failure, even of the same name", () => {
  const stages = headersOf(new DataError("X", "Why")).filter(([name]) => name.endsWith(".stage"));

  assert.deepEqual(stages, [
    ["__connect.errors.stage", "X"],
    ["__connect.errors.stage", "TRANSFORMATION"],
  ]);
});

test("our own errors say what is wrong", () => {
  const headers = new Map(headersOf(new DataError("NO_MSH_9", "MSH-9 names no trigger event")));

  assert.equal(
    headers.get("__connect.errors.exception.class.name"),
    "org.apache.kafka.connect.errors.DataException",
  );
  assert.equal(headers.get("__connect.errors.exception.message"), "MSH-9 names no trigger event");
  assert.match(
    headers.get("__connect.errors.exception.stacktrace") ?? "",
    /^DataError NO_MSH_9: MSH-9 names no trigger event\n\s+at /,
  );
});

test("what foreign code says never gets into a header, not even as a cause", () => {
  const foreign = new TypeError("cannot read 'Invented^Name'");
  for (const error of [foreign, new DataError("WRAPPED", "It failed", { cause: foreign })]) {
    const text = headersOf(error)
      .map(([, value]) => value)
      .join("\n");

    assert.doesNotMatch(text, /Invented/);
    assert.match(text, /TypeError/);
  }
});

test("without context headers a dead letter is the record alone", () => {
  const letter = deadLetterOf(failureOf(new DataError("X", "Why")), {
    ...options,
    hasContextHeaders: false,
  });

  assert.deepEqual(letter, {
    topic: "dlq",
    key: new Uint8Array([1]),
    value: new Uint8Array([2]),
    headers: [["__connect.errors.stage", new Uint8Array([88])]],
    timestamp: 1234,
  });
});
