import type { TopicPartition, TopicPartitionOffset } from "#connect-api";
import { shareOf } from "../metrics/index.ts";
import type { CountingMetric, SampledWindow } from "../metrics/index.ts";
import type { Converters } from "./converters.ts";
import type { TaskEnvironment } from "./task-runner.ts";
import { tagsOf } from "./task-support.ts";
import type { ChainPlugin, TransformationChain } from "./transformation-chain.ts";

const SOURCE_GROUP = "source-task-metrics";
const SINK_GROUP = "sink-task-metrics";

/** A total with its rate. */
class Flow {
  readonly #total: CountingMetric;
  readonly #recent: SampledWindow;

  constructor(environment: TaskEnvironment, group: string, name: string) {
    const { metrics } = environment;
    const tags = tagsOf(environment);
    this.#total = metrics.counter(group, `${name}-total`, tags);
    const recent = metrics.window();
    this.#recent = recent;
    metrics.measured(group, `${name}-rate`, tags, () => recent.rate);
  }

  add(count: number): void {
    this.#total.add(count);
    this.#recent.record(count);
  }
}

/** A window whose largest value and average are shown as `<start>-max<end>` and `<start>-avg<end>`. */
function spread(
  environment: TaskEnvironment,
  group: string,
  start: string,
  end = "",
): SampledWindow {
  const { metrics } = environment;
  const recent = metrics.window();
  const tags = tagsOf(environment);
  metrics.measured(group, `${start}-max${end}`, tags, () => recent.max);
  metrics.measured(group, `${start}-avg${end}`, tags, () => recent.avg);
  return recent;
}

/**
 * What every runner measures of its task, in `connector-task-metrics`. State and restarts are measured where
 * tasks are started.
 *
 * Source of names and meanings: org.apache.kafka.connect.runtime.WorkerTask.TaskMetricsGroup.
 */
class TaskMetrics {
  readonly #batches: SampledWindow;
  readonly #commitTimes: SampledWindow;
  /** 1 for each commit of offsets that succeeded, 0 for each that did not. */
  readonly #commits: SampledWindow;

  constructor(environment: TaskEnvironment) {
    const group = "connector-task-metrics";
    this.#batches = spread(environment, group, "batch-size");
    this.#commitTimes = spread(environment, group, "offset-commit", "-time-ms");
    const commits = environment.metrics.window();
    this.#commits = commits;
    const tags = tagsOf(environment);
    const measured = (attribute: string, read: () => number): void =>
      environment.metrics.measured(group, attribute, tags, read);
    measured("offset-commit-success-percentage", () => shareOf(commits));
    measured("offset-commit-failure-percentage", () => (commits.count === 0 ? 0 : 1 - commits.avg));
  }

  /** So many records were handled together. */
  batch(size: number): void {
    this.#batches.record(size);
  }

  /** Offsets were committed, or not, within that time. */
  committed(durationMs: number, isDone: boolean): void {
    if (isDone) this.#commitTimes.record(durationMs);
    this.#commits.record(isDone ? 1 : 0);
  }
}

/** Source of names and meanings: AbstractWorkerSourceTask.SourceTaskMetricsGroup. */
export class SourceTaskMetrics extends TaskMetrics {
  readonly #polled: Flow;
  readonly #written: Flow;
  readonly #pollTimes: SampledWindow;
  readonly #active: SampledWindow;
  readonly #activeCount: () => number;

  /** `activeCount`: records that were polled and are not in the log yet. */
  constructor(environment: TaskEnvironment, activeCount: () => number) {
    super(environment);
    this.#activeCount = activeCount;
    this.#polled = new Flow(environment, SOURCE_GROUP, "source-record-poll");
    this.#written = new Flow(environment, SOURCE_GROUP, "source-record-write");
    this.#pollTimes = spread(environment, SOURCE_GROUP, "poll-batch", "-time-ms");
    this.#active = spread(environment, SOURCE_GROUP, "source-record-active-count");
    const name = "source-record-active-count";
    environment.metrics.measured(SOURCE_GROUP, name, tagsOf(environment), activeCount);
  }

  /** A poll that returned records, before transformations. */
  polled(count: number, durationMs: number): void {
    this.#polled.add(count);
    this.#pollTimes.record(durationMs);
    this.#active.record(this.#activeCount() + count);
    this.batch(count);
  }

  /** Records after transformations that are in the log now. */
  written(count: number): void {
    this.#written.add(count);
    this.#active.record(this.#activeCount());
  }
}

/** Sizes of a source's transactions, in records. Source: AbstractWorkerSourceTask's TransactionMetricsGroup. */
export function transactionSizes(environment: TaskEnvironment): (size: number) => void {
  const sizes = spread(environment, SOURCE_GROUP, "transaction-size");
  const tags = tagsOf(environment);
  environment.metrics.measured(SOURCE_GROUP, "transaction-size-min", tags, () => sizes.min);
  return (size) => sizes.record(size);
}

export interface SinkTaskProgress {
  partitions(): number;
  /** Records that are in the log and were not polled yet, of the partition with most; NaN if not known. */
  lag(): number;
}

/** Source of names and meanings: WorkerSinkTask.SinkTaskMetricsGroup. */
export class SinkTaskMetrics extends TaskMetrics {
  readonly #read: Flow;
  readonly #sent: Flow;
  readonly #putTimes: SampledWindow;
  readonly #completions: Flow;
  readonly #active: SampledWindow;
  /** Next offset to read, and next offset of the last commit, by partition. */
  readonly #positions = new Map<string, { read: number; committed: number }>();
  #commitNumber = 0;

  constructor(environment: TaskEnvironment, progress: SinkTaskProgress) {
    super(environment);
    const measured = (attribute: string, read: () => number): void =>
      environment.metrics.measured(SINK_GROUP, attribute, tagsOf(environment), read);
    this.#read = new Flow(environment, SINK_GROUP, "sink-record-read");
    this.#sent = new Flow(environment, SINK_GROUP, "sink-record-send");
    this.#putTimes = spread(environment, SINK_GROUP, "put-batch", "-time-ms");
    this.#completions = new Flow(environment, SINK_GROUP, "offset-commit-completion");
    // Commits are waited for here, so none is late.
    new Flow(environment, SINK_GROUP, "offset-commit-skip").add(0);
    this.#active = spread(environment, SINK_GROUP, "sink-record-active-count");
    measured("sink-record-active-count", () => this.#activeCount());
    measured("partition-count", () => progress.partitions());
    measured("sink-record-lag-max", () => progress.lag());
    measured("offset-commit-seq-no", () => this.#commitNumber);
  }

  #activeCount(): number {
    let count = 0;
    for (const { read, committed } of this.#positions.values()) {
      count += Math.max(read - committed, 0);
    }
    return count;
  }

  /** Records that came from the log, before transformations; each partition's in order. */
  read(records: readonly TopicPartitionOffset[]): void {
    if (records.length === 0) return;
    this.#read.add(records.length);
    for (const { offset, ...place } of records) {
      const known = this.#positions.get(nameOf(place));
      if (known) known.read = offset + 1;
      else this.#positions.set(nameOf(place), { read: offset + 1, committed: offset });
    }
    this.#active.record(this.#activeCount());
  }

  /** What the task has taken, after transformations. */
  sent(count: number, durationMs: number): void {
    this.#sent.add(count);
    this.#putTimes.record(durationMs);
    this.batch(count);
  }

  commitBegins(): void {
    this.#commitNumber += 1;
  }

  /** The group has these offsets now. */
  commitDone(offsets: readonly TopicPartitionOffset[], durationMs: number): void {
    this.committed(durationMs, true);
    this.#completions.add(1);
    for (const { offset, ...place } of offsets) {
      const known = this.#positions.get(nameOf(place));
      if (known) known.committed = offset;
    }
    this.#active.record(this.#activeCount());
  }

  /** The task reads on from there: what came before is not under way any more. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#positions.delete(nameOf(place));
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Classes and versions of the plug-ins that a task uses. Source: ConnectMetrics, since Kafka 4.1. */
export function measurePlugins(
  environment: TaskEnvironment,
  converters: Converters,
  chain: TransformationChain,
): void {
  const { metrics } = environment;
  const tags = tagsOf(environment);
  for (const [kind, { name, version = "" }] of Object.entries(converters)) {
    metrics.measured("connector-task-metrics", `${kind}-converter-class`, tags, () => name);
    metrics.measured("connector-task-metrics", `${kind}-converter-version`, tags, () => version);
  }
  const measure = (kind: "transform" | "predicate", plugins: readonly ChainPlugin[]): void => {
    for (const { alias, name, version = "" } of plugins) {
      const own = { ...tags, [kind]: alias };
      metrics.measured(`connector-${kind}-metrics`, `${kind}-class`, own, () => name);
      metrics.measured(`connector-${kind}-metrics`, `${kind}-version`, own, () => version);
    }
  };
  measure("transform", chain.transformations);
  measure("predicate", chain.predicates);
}
