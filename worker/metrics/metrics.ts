import { Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { SampledWindow } from "./sampled-window.ts";
import type { WindowOptions } from "./sampled-window.ts";

export type Tags = Readonly<Record<string, string>>;

/** A gauge's value: a number, or a text that becomes the label `value` of a gauge that is 1. */
export type MetricValue = number | string;

/** A number that only grows. */
export interface CountingMetric {
  add(count?: number): void;
}

/** Where metrics are made: the worker's, or the part of it that ends with a task (`Metrics.scope`). */
export interface Meter {
  /** Asked for again with the same tags, it is the same one. */
  counter(group: string, attribute: string, tags: Tags, help?: string): CountingMetric;
  /**
   * A value that is read when somebody asks; a new one takes the place of that with the same tags. A value of
   * NaN is not shown: nothing was measured. One that ends in `-total` is shown as a counter.
   */
  measured(
    group: string,
    attribute: string,
    tags: Tags,
    read: () => MetricValue,
    help?: string,
  ): void;
  /** Observations counted by size; `bounds` are the upper bounds of the classes. */
  histogram(
    group: string,
    attribute: string,
    tags: Tags,
    bounds: readonly number[],
    help?: string,
  ): { observe(value: number): void };
  /** What averages, maxima and rates are made of. */
  window(): SampledWindow;
}

/** All series of one name. */
interface Family {
  readonly type: "counter" | "gauge";
  readonly help: string;
  /** By their tags. */
  readonly series: Map<string, Series>;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  read(): MetricValue;
  readonly counter?: CountingMetric;
}

/**
 * Kafka Connect's metrics as Prometheus text: `kafka_connect_<group>_<attribute>{tags}`, with `-` as
 * `_`. Tags name connectors, tasks and transformations, never anything of a record.
 *
 * Source of the names: org.apache.kafka.connect.runtime.ConnectMetricsRegistry.
 */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #families = new Map<string, Family>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #windowOptions: WindowOptions;

  /** `metrics.sample.window.ms` and `metrics.num.samples` of the worker. */
  constructor(windowOptions: WindowOptions = { sampleMs: 30_000, samples: 2 }) {
    this.#windowOptions = windowOptions;
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 100 });
  }

  counter(group: string, attribute: string, tags: Tags, help?: string): CountingMetric {
    const { series } = this.#family(group, attribute, "counter", help);
    const key = keyOf(tags);
    const known = series.get(key)?.counter;
    if (known) return known;
    let count = 0;
    const counter = {
      add(more = 1) {
        count += more;
      },
    };
    series.set(key, { labels: labelsOf(tags), read: () => count, counter });
    return counter;
  }

  measured(
    group: string,
    attribute: string,
    tags: Tags,
    read: () => MetricValue,
    help?: string,
  ): void {
    const type = attribute.endsWith("-total") ? "counter" : "gauge";
    const { series } = this.#family(group, attribute, type, help);
    series.set(keyOf(tags), { labels: labelsOf(tags), read });
  }

  histogram(
    group: string,
    attribute: string,
    tags: Tags,
    bounds: readonly number[],
    help: string = `${attribute} of ${group}`,
  ): { observe(value: number): void } {
    const name = metricName(group, attribute);
    let histogram = this.#histograms.get(name);
    if (!histogram) {
      histogram = new Histogram({
        name,
        help,
        labelNames: Object.keys(tags).map(labelName),
        buckets: [...bounds],
        registers: [this.#registry],
      });
      this.#histograms.set(name, histogram);
    }
    const child = histogram.labels(labelsOf(tags));
    return { observe: (value) => child.observe(value) };
  }

  window(): SampledWindow {
    return new SampledWindow(this.#windowOptions);
  }

  /** What is made in there can be taken away together. */
  scope(): MetricsScope {
    return new MetricsScope(this);
  }

  /** Takes one series away. */
  remove(group: string, attribute: string, tags: Tags): void {
    const name = metricName(group, attribute);
    this.#families.get(name)?.series.delete(keyOf(tags));
    this.#histograms.get(name)?.remove(labelsOf(tags));
  }

  #family(group: string, attribute: string, type: Family["type"], help?: string): Family {
    const name = metricName(group, attribute);
    const known = this.#families.get(name);
    if (known) return known;
    const family: Family = {
      type,
      help: help ?? `${attribute} of ${group}`,
      series: new Map(),
    };
    this.#families.set(name, family);
    this.#registry.registerMetric(asPrometheus(name, family));
    return family;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Metrics of a connector or a task on this worker; they end with it. */
export class MetricsScope implements Meter {
  readonly #metrics: Metrics;
  readonly #made = new Map<string, () => void>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  counter(group: string, attribute: string, tags: Tags, help?: string): CountingMetric {
    this.#remember(group, attribute, tags);
    return this.#metrics.counter(group, attribute, tags, help);
  }

  measured(
    group: string,
    attribute: string,
    tags: Tags,
    read: () => MetricValue,
    help?: string,
  ): void {
    this.#remember(group, attribute, tags);
    this.#metrics.measured(group, attribute, tags, read, help);
  }

  histogram(
    group: string,
    attribute: string,
    tags: Tags,
    bounds: readonly number[],
    help?: string,
  ): { observe(value: number): void } {
    this.#remember(group, attribute, tags);
    return this.#metrics.histogram(group, attribute, tags, bounds, help);
  }

  window(): SampledWindow {
    return this.#metrics.window();
  }

  #remember(group: string, attribute: string, tags: Tags): void {
    const remove = (): void => this.#metrics.remove(group, attribute, tags);
    this.#made.set(`${metricName(group, attribute)} ${keyOf(tags)}`, remove);
  }

  close(): void {
    for (const remove of this.#made.values()) remove();
    this.#made.clear();
  }
}

type RegisteredMetric = Parameters<Registry["registerMetric"]>[0];

/** The registry takes whatever gives its values; prom-client's own gauges would copy each at every look. */
function asPrometheus(name: string, { type, help, series }: Family): RegisteredMetric {
  const get = () => ({
    name,
    help,
    type,
    aggregator: "sum",
    values: [...series.values()].flatMap(({ labels, read }) => {
      const value = read();
      if (typeof value === "string") return [{ labels: { ...labels, value }, value: 1 }];
      return Number.isNaN(value) ? [] : [{ labels, value }];
    }),
  });
  return { name, get: async () => get(), reset() {} } as unknown as RegisteredMetric;
}

const labelName = (tag: string): string => tag.replaceAll("-", "_");

function labelsOf(tags: Tags): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [labelName(key), value]));
}

const names = new Map<string, string>();

/** Each is asked for once per task, and there are few. */
function metricName(group: string, attribute: string): string {
  const asked = `${group} ${attribute}`;
  let name = names.get(asked);
  if (name === undefined) {
    name = `kafka_connect_${group}_${attribute}`.replaceAll("-", "_");
    names.set(asked, name);
  }
  return name;
}

function keyOf(tags: Tags): string {
  const keys = Object.keys(tags).toSorted();
  return keys.map((key) => `${key}\n${tags[key]}`).join("\n");
}
