import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigDef, SourceConnector, SourceTask } from "#connect-api";
import type { ExactlyOnceSupport } from "#connect-api";
import { exactlyOnceErrors } from "./exactly-once-check.ts";

class NoTask extends SourceTask {
  readonly version = "1";
  start(): void {}
  poll(): null {
    return null;
  }
  stop(): void {}
}

function connectorOf(support: ExactlyOnceSupport | null, hasBoundaries = false): SourceConnector {
  return new (class extends SourceConnector {
    readonly version = "1";
    config() {
      return new ConfigDef({});
    }
    start(): void {}
    taskClass() {
      return NoTask;
    }
    taskConfigs() {
      return [];
    }
    stop(): void {}
    override exactlyOnceSupport() {
      return support;
    }
    override canDefineTransactionBoundaries() {
      return hasBoundaries;
    }
  })();
}

const required = { "exactly.once.support": "REQUIRED" };
const ownBoundaries = { "transaction.boundary": "connector" };

test("a connector that supports exactly-once delivery may require it", () => {
  assert.deepEqual(exactlyOnceErrors(connectorOf("SUPPORTED"), required, true), []);
});

test("to require it of a worker that has it switched off is an error in Kafka's words", () => {
  assert.deepEqual(exactlyOnceErrors(connectorOf("SUPPORTED"), required, false), [
    ["exactly.once.support", "This worker does not have exactly-once source support enabled."],
  ]);
});

for (const [support, text] of [
  ["UNSUPPORTED", /does not support/],
  [null, /does not report|does not implement/],
] as const) {
  test(`a connector that answers ${support} cannot require it, but may request it`, () => {
    const [error] = exactlyOnceErrors(connectorOf(support), required, true);

    assert.equal(error?.[0], "exactly.once.support");
    assert.match(error?.[1] ?? "", text);
    const requested = { "exactly.once.support": "requested" };
    assert.deepEqual(exactlyOnceErrors(connectorOf(support), requested, true), []);
  });
}

test("only a connector that defines boundaries may have its own", () => {
  const [error] = exactlyOnceErrors(connectorOf("SUPPORTED"), ownBoundaries, true);

  assert.equal(error?.[0], "transaction.boundary");
  assert.deepEqual(exactlyOnceErrors(connectorOf(null, true), ownBoundaries, true), []);
});
