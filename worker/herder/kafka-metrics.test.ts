import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import type { TestContext } from "node:test";
import {
  ConfigDef,
  DataError,
  Predicate,
  RetriableError,
  SinkConnector,
  SinkTask,
  SourceConnector,
  SourceRecord,
  SourceTask,
} from "#connect-api";
import type { PluginManifest, Props, SinkRecord } from "#connect-api";
import {
  kafkaMetrics,
  listedMetrics,
  ownMetrics,
  shownMetrics,
  transactionMetrics,
  valuesOf,
} from "../fixtures/kafka-metrics.ts";
import { startTestWorker } from "../fixtures/herder-harness.ts";
import type { TestWorker } from "../fixtures/herder-harness.ts";
import { transformationOf } from "../fixtures/task-harness.ts";

/** Records 0 … 9; of these, 3 and 6 fail in a transformation of the source, 7 in one of the sink. */
const RECORDS = 10;

class TenSourceTask extends SourceTask {
  readonly version = "1.1";
  #given = 0;
  start(): void {}
  /** Batches of four, four and two. */
  async poll(signal: AbortSignal) {
    if (this.#given === RECORDS) {
      await delay(60_000, undefined, { signal }).catch(() => undefined);
      return null;
    }
    const count = Math.min(4, RECORDS - this.#given);
    const from = this.#given;
    this.#given += count;
    return Array.from(
      { length: count },
      (_, place) =>
        new SourceRecord({
          topic: "ten",
          value: String(from + place),
          sourcePartition: { file: "f" },
          sourceOffset: { at: from + place },
        }),
    );
  }
  stop(): void {}
}

class ListSinkTask extends SinkTask {
  readonly version = "2.1";
  #refused = false;
  start(props: Props): void {
    if (props["fails"] === "true") throw new DataError("TEST_REFUSED", "it does not start");
  }
  async put(records: readonly SinkRecord[]): Promise<void> {
    if (records.length === 0) return;
    const isRetried = this.#refused;
    this.#refused = true;
    if (!isRetried) throw new RetriableError("TEST_BUSY", "not now", { retryAfterMs: 1 });
  }
  stop(): void {}
}

const connectorOf = (
  Base: typeof SourceConnector | typeof SinkConnector,
  Task: typeof TenSourceTask | typeof ListSinkTask,
) =>
  class extends (Base as typeof SourceConnector) {
    readonly version = "1";
    #props: Props = {};
    config() {
      return new ConfigDef({});
    }
    start(props: Props): void {
      this.#props = props;
    }
    taskClass(): never {
      return Task as never;
    }
    taskConfigs() {
      return [this.#props];
    }
    stop(): void {}
  };

class Always extends Predicate {
  override readonly version = "3";
  config() {
    return new ConfigDef({});
  }
  configure(): void {}
  override test(): boolean {
    return true;
  }
}

const failOn = (...values: readonly string[]) =>
  transformationOf((record) => {
    if (values.includes(String(record.value))) throw new DataError("TEST_BAD", "a bad one");
    return record;
  });

const plugins: PluginManifest = {
  connectors: {
    TenSourceConnector: connectorOf(SourceConnector, TenSourceTask),
    ListSinkConnector: connectorOf(SinkConnector, ListSinkTask) as never,
  },
  transformations: { FailOnThreeAndSix: failOn("3", "6"), FailOnSeven: failOn("7") },
  predicates: { Always },
};

const tolerant = {
  "errors.tolerance": "all",
  "errors.log.enable": "true",
  "errors.deadletterqueue.topic.name": "dead",
  "errors.deadletterqueue.topic.replication.factor": "1",
};
const source = {
  "connector.class": "TenSource",
  transforms: "bad",
  "transforms.bad.type": "FailOnThreeAndSix",
  "transforms.bad.predicate": "all",
  predicates: "all",
  "predicates.all.type": "Always",
  ...tolerant,
};
const sink = {
  "connector.class": "ListSink",
  topics: "ten",
  transforms: "seven",
  "transforms.seven.type": "FailOnSeven",
  ...tolerant,
};

/** Waits until the metric has the value; the last text otherwise fails the test. */
async function until(worker: TestWorker, isReached: (text: string) => boolean): Promise<string> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const text = await worker.metrics.render();
    if (isReached(text)) return text;
    assert.ok(performance.now() < deadline, text);
    await delay(20);
  }
}

const SOURCE = 'connector="from",task="0"';
const SINK = 'connector="to",task="0"';

async function runTen(t: TestContext, workerProps: Props = {}) {
  const worker = await startTestWorker(t, plugins, {
    workerProps: { "offset.flush.interval.ms": "100", ...workerProps },
  });
  await worker.herder.createConnector("from", source);
  await worker.herder.createConnector("to", sink);
  const text = await until(
    worker,
    (now) =>
      valuesOf(now, "sink_task_metrics_sink_record_send_total")[SINK] === RECORDS - 3 &&
      valuesOf(now, "sink_task_metrics_sink_record_active_count")[SINK] === 0 &&
      (valuesOf(now, "connector_task_metrics_offset_commit_max_time_ms")[SOURCE] ?? 0) > 0,
  );
  return { worker, text };
}

test("a source and a sink show exactly Kafka's metrics, and few of our own", async (t) => {
  const { text } = await runTen(t);

  assert.deepEqual(shownMetrics(text), listedMetrics([...kafkaMetrics, ...ownMetrics]));
});

test("counts are exact: read, written, failed, skipped, logged, dead letters", async (t) => {
  const { text } = await runTen(t);
  const value = (name: string, labels: string): number | undefined => valuesOf(text, name)[labels];

  const expected: readonly (readonly [name: string, labels: string, value: number])[] = [
    ["source_task_metrics_source_record_poll_total", SOURCE, RECORDS],
    ["source_task_metrics_source_record_write_total", SOURCE, RECORDS - 2],
    ["source_task_metrics_source_record_active_count", SOURCE, 0],
    ["connector_task_metrics_batch_size_max", SOURCE, 4],
    ["connector_task_metrics_batch_size_avg", SOURCE, RECORDS / 3],
    ["connector_task_metrics_offset_commit_success_percentage", SOURCE, 1],
    ["connector_task_metrics_offset_commit_failure_percentage", SOURCE, 0],
    ["connector_task_metrics_pause_ratio", SOURCE, 0],
    ["task_error_metrics_total_record_failures", SOURCE, 2],
    ["task_error_metrics_total_record_errors", SOURCE, 2],
    ["task_error_metrics_total_records_skipped", SOURCE, 2],
    ["task_error_metrics_total_errors_logged", SOURCE, 2],
    ["task_error_metrics_total_retries", SOURCE, 0],
    ["task_error_metrics_deadletterqueue_produce_requests", SOURCE, 2],
    ["task_error_metrics_deadletterqueue_produce_failures", SOURCE, 0],
    ["sink_task_metrics_sink_record_read_total", SINK, RECORDS - 2],
    ["sink_task_metrics_sink_record_send_total", SINK, RECORDS - 3],
    ["sink_task_metrics_sink_record_lag_max", SINK, 0],
    ["sink_task_metrics_partition_count", SINK, 1],
    ["sink_task_metrics_offset_commit_skip_total", SINK, 0],
    ["task_error_metrics_total_record_failures", SINK, 1],
    ["task_error_metrics_total_records_skipped", SINK, 1],
    ["connect_worker_metrics_connector_count", "", 2],
    ["connect_worker_metrics_task_count", "", 2],
    ["connect_worker_metrics_connector_startup_attempts_total", "", 2],
    ["connect_worker_metrics_connector_startup_success_percentage", "", 1],
    ["connect_worker_metrics_task_startup_success_total", "", 2],
    ["connect_worker_metrics_task_startup_failure_total", "", 0],
    ["connect_worker_metrics_connector_running_task_count", 'connector="to"', 1],
    ["connect_worker_metrics_connector_total_task_count", 'connector="to"', 1],
    ["connector_metrics_status", 'connector="to",value="running"', 1],
    ["connector_task_metrics_task_version", `${SINK},value="2.1"`, 1],
    [
      "connector_transform_metrics_transform_class",
      `${SINK},transform="seven",value="FailOnSeven"`,
      1,
    ],
    ["connector_predicate_metrics_predicate_version", `${SOURCE},predicate="all",value="3"`, 1],
  ];
  assert.deepEqual(
    expected.map(([name, labels]) => [name, labels, value(name, labels)]),
    expected,
  );
  // Every commit of the sink that began was finished.
  assert.equal(
    value("sink_task_metrics_offset_commit_completion_total", SINK),
    value("sink_task_metrics_offset_commit_seq_no", SINK),
  );
  const active = value("source_task_metrics_source_record_active_count_max", SOURCE) ?? 0;
  assert.ok(active >= 4 && active <= RECORDS, String(active));
  const running = value("connector_task_metrics_running_ratio", SOURCE) ?? 0;
  assert.ok(running > 0 && running <= 1, String(running));
  const failedAt = value("task_error_metrics_last_error_timestamp", SINK) ?? 0;
  assert.ok(Math.abs(Date.now() - failedAt) < 120_000, String(failedAt));
});

test("with exactly-once delivery the sizes of transactions are shown too", async (t) => {
  const { text } = await runTen(t, { "exactly.once.source.support": "enabled" });

  const all = [...kafkaMetrics, ...ownMetrics, transactionMetrics];
  assert.deepEqual(shownMetrics(text), listedMetrics(all));
  assert.equal(valuesOf(text, "source_task_metrics_source_record_write_total")[SOURCE], 8);
});

test("a failed task keeps its metrics and says so; they end with the task and with the connector", async (t) => {
  const worker = await startTestWorker(t, plugins);
  const states = (text: string): number | undefined =>
    valuesOf(text, "connector_task_metrics_status")[`${SINK},value="failed"`];
  await worker.herder.createConnector("to", { ...sink, fails: "true" });

  const failed = await until(worker, (text) => states(text) === 1);
  assert.equal(
    valuesOf(failed, "connect_worker_metrics_connector_failed_task_count")['connector="to"'],
    1,
  );
  assert.equal(valuesOf(failed, "connect_worker_metrics_task_startup_failure_total")[""], 1);
  assert.equal(valuesOf(failed, "connect_worker_metrics_task_startup_failure_percentage")[""], 1);

  await worker.herder.stopConnector("to");
  const stopped = await until(worker, (text) => states(text) === undefined);
  assert.deepEqual(
    shownMetrics(stopped).filter((name) => / .*(?:connector|task)/.test(name)),
    listedMetrics(kafkaMetrics.filter(({ group }) => group === "connector-metrics")),
  );

  await worker.herder.deleteConnector("to");
  assert.deepEqual(
    shownMetrics(await worker.metrics.render()).filter((name) => name.endsWith("connector")),
    [],
  );
});

test("restarts by itself are counted in status and metrics", async (t) => {
  const worker = await startTestWorker(t, plugins);
  await worker.herder.createConnector("to", {
    ...sink,
    fails: "true",
    "errors.restart.max.attempts": "2",
    "errors.restart.delay.max.ms": "1",
  });

  const text = await until(
    worker,
    (now) =>
      valuesOf(now, "connector_task_metrics_restart_count")[SINK] === 2 &&
      valuesOf(now, "connect_worker_metrics_task_startup_failure_total")[""] === 3,
  );

  assert.equal(valuesOf(text, "connect_worker_metrics_task_startup_attempts_total")[""], 3);
  const [task] = worker.herder.connectorStatus("to").tasks;
  assert.deepEqual([task?.state, task?.restarts], ["FAILED", 2]);
});
