import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, RetriableError } from "#connect-api";
import type { ConnectError } from "#connect-api";
import { Metrics } from "../metrics/index.ts";
import { ErrorHandler } from "./error-handler.ts";
import type { ErrorHandlerOptions } from "./error-handler.ts";
import { ErrorMetrics } from "./error-metrics.ts";
import type { FailedRecord, Failure } from "./failure.ts";

const RECORD: FailedRecord = {
  topic: "in",
  partition: 0,
  offset: 7,
  timestamp: 1,
  key: null,
  value: null,
  headers: [],
};
const busy = () => new RetriableError("BUSY", "Busy");
const refused = () => new DataError("REFUSED", "Refused");

function handlerOf(options: Partial<ErrorHandlerOptions>) {
  const failures: Failure[] = [];
  const metrics = new Metrics();
  const handler = new ErrorHandler({
    isTolerant: false,
    retryTimeoutMs: 0,
    retryDelayMaxMs: 60_000,
    reporters: [{ report: async (failure) => void failures.push(failure) }],
    metrics: new ErrorMetrics(metrics, { connector: "c", task: "0" }),
    signal: new AbortController().signal,
    ...options,
  });
  const run = async (step: () => unknown) => handler.run("TRANSFORMATION", "T", () => RECORD, step);
  const count = async (attribute: string): Promise<number> => {
    const name = `kafka_connect_task_error_metrics_${attribute}{`;
    const line = (await metrics.render()).split("\n").find((each) => each.startsWith(name)) ?? "";
    return Number(line.slice(line.lastIndexOf(" ")));
  };
  return { run, failures, count };
}

test("a step that works reports nothing and hands out its value", async () => {
  const { run, failures, count } = handlerOf({});

  assert.deepEqual(await run(() => 42), { value: 42 });
  assert.deepEqual(await run(async () => null), { value: null });

  assert.deepEqual(failures, []);
  assert.equal(await count("total_record_failures"), 0);
});

test("under tolerance none a failure is reported once and then fails the task", async () => {
  const { run, failures } = handlerOf({});
  const error = refused();

  await assert.rejects(
    run(() => Promise.reject(error)),
    (thrown: ConnectError) =>
      thrown.code === "TOLERANCE_EXCEEDED" &&
      thrown.message === "Tolerance exceeded in error handler" &&
      thrown.cause === error,
  );

  assert.deepEqual(failures, [{ stage: "TRANSFORMATION", className: "T", error, record: RECORD }]);
});

test("under tolerance all a failure is reported once, counted and skipped", async () => {
  const { run, failures, count } = handlerOf({ isTolerant: true });

  assert.equal(await run(() => Promise.reject(refused())), undefined);

  assert.equal(failures.length, 1);
  assert.equal(await count("total_record_errors"), 1);
  assert.equal(await count("total_records_skipped"), 1);
});

test("only retriable errors are tried again, and only if there is time for it", async () => {
  let attempts = 0;
  const failing = (error: Error) => () => {
    attempts += 1;
    throw error;
  };

  await handlerOf({ isTolerant: true, retryTimeoutMs: 10_000 }).run(failing(refused()));
  assert.equal(attempts, 1);
  await handlerOf({ isTolerant: true, retryTimeoutMs: 0 }).run(failing(busy()));
  assert.equal(attempts, 2);
});

test("attempts come after 300 ms, doubled each time, with a last one at the deadline", async () => {
  const { run, failures, count } = handlerOf({ isTolerant: true, retryTimeoutMs: 1000 });
  const startedAt = performance.now();
  const attempts: number[] = [];

  const outcome = await run(() => {
    attempts.push(performance.now() - startedAt);
    throw busy();
  });

  assert.equal(outcome, undefined);
  // A timer may fire a little early by this clock; a busy machine may only be late.
  const [first = 0, second = 0, third = 0] = attempts;
  assert.ok(second - first > 290, `second after ${second - first} ms`);
  assert.ok(third - second > 590, `third after ${third - second} ms`);
  assert.ok((attempts.at(-1) ?? 0) > 990, `last after ${attempts.at(-1)} ms`);
  assert.ok(attempts.length <= 5, `${attempts.length} attempts`);
  assert.equal(failures.length, 1);
  assert.equal(await count("total_retries"), attempts.length - 1);
  assert.equal(await count("total_record_failures"), attempts.length);
});

test("a retriable error whose time is used up fails the task under tolerance none", async () => {
  const { run } = handlerOf({ retryTimeoutMs: 1 });

  await assert.rejects(
    run(() => Promise.reject(busy())),
    { code: "TOLERANCE_EXCEEDED" },
  );
});

test("a stop ends the attempts at once, without giving the record up", async () => {
  const stopping = new AbortController();
  const { run, failures } = handlerOf({
    isTolerant: true,
    retryTimeoutMs: -1,
    signal: stopping.signal,
  });
  const error = busy();

  const running = run(() => {
    setImmediate(() => stopping.abort());
    throw error;
  });

  await assert.rejects(running, (thrown) => thrown === error);
  assert.deepEqual(failures, []);
});

test("a report that cannot be stored does not let the record pass as dealt with", async () => {
  const { run } = handlerOf({
    isTolerant: true,
    reporters: [{ report: () => Promise.reject(busy()) }],
  });

  await assert.rejects(
    run(() => Promise.reject(refused())),
    { code: "BUSY" },
  );
});
