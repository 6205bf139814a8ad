import assert from "node:assert/strict";
import { test } from "node:test";

import { pluginMetrics, Metrics } from "../../worker/metrics/index.ts";
import { patient, recordOf, startAccount, startTask } from "./fixtures/harness.ts";

/* On our own double of Snowflake's protocol; see upsert.test.ts. */

test("SF-15 with a slow server the sink holds one batch and takes nothing more meanwhile", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { "buffer.count.records": "100" } });
  double.fault = ({ sql }) => (sql === "COMMIT" ? { kind: "delay", ms: 20 } : undefined);
  let held = 0;
  let offset = 0;

  for (let batch = 0; batch < 20; batch += 1) {
    const records = Array.from({ length: 100 }, () => {
      offset += 1;
      return recordOf(offset, patient(`p${offset}`, 1));
    });
    await sink.put(...records);
    // put returns when its batch is committed, so the worker polls no more than that ahead.
    held = Math.max(held, offset + 1 - ((await sink.committable(offset + 1)) ?? 0));
  }

  assert.equal(held, 0);
});

test("SF-16 metrics under the Java connector's names, and what the merges did", async (t) => {
  const double = await startAccount(t);
  const metrics = new Metrics();
  const sink = await startTask(t, double, {
    metrics: pluginMetrics(metrics, { connector: "bronze", task: "0" }),
  });

  await sink.put(recordOf(0, patient("a", 2)));
  await sink.put(recordOf(1, patient("a", 3)));
  await sink.put(recordOf(2, patient("a", 1)));
  await sink.put(recordOf(3, "poison"));

  const text = await metrics.render();
  const valueOf = (name: string): number =>
    Number(new RegExp(`^kafka_connect_plugins_${name}[^ ]* (.*)$`, "m").exec(text)?.[1]);
  assert.deepEqual(
    {
      put: valueOf("put_records_total"),
      inserted: valueOf("merge_rows_inserted_total"),
      updated: valueOf("merge_rows_updated_total"),
      stale: valueOf("merge_rows_skipped_stale_total"),
      refused: valueOf("rows_refused_total"),
      processed: valueOf("processed_offset"),
      persisted: valueOf("persisted_in_snowflake_offset"),
      flushes: valueOf("flush_duration_seconds_count"),
    },
    {
      put: 4,
      inserted: 1,
      updated: 1,
      stale: 1,
      refused: 1,
      processed: 3,
      persisted: 2,
      flushes: 3,
    },
  );
});
