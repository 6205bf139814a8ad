import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export type Tags = Readonly<Record<string, string>>;

/** A gauge's value: a number, or a text that becomes the label `value` of a gauge that is 1. */
export type MetricValue = number | string;

interface Measured {
  readonly tags: Tags;
  read(): MetricValue;
}

/**
 * Kafka Connect's metrics as Prometheus text: `kafka_connect_<group>_<attribute>{tags}`, with `-` as
 * `_`. Tags name connectors, tasks and transformations, never anything of a record.
 *
 * Source of the names: org.apache.kafka.connect.runtime.ConnectMetricsRegistry.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #measured = new Map<string, Measured[]>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** A number that only grows. */
  counter(
    group: string,
    attribute: string,
    tags: Tags,
    help: string = `${attribute} of ${group}`,
  ): { add(count?: number): void } {
    const name = metricName(group, attribute);
    let counter = this.#counters.get(name);
    if (!counter) {
      counter = new Counter({
        name,
        help,
        labelNames: Object.keys(tags).map(labelName),
        registers: [this.#registry],
      });
      this.#counters.set(name, counter);
    }
    const child = counter.labels(labels(tags));
    child.inc(0);
    return { add: (count = 1) => child.inc(count) };
  }

  /** Observations counted by size; `bounds` are the upper bounds of the classes. */
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
    const child = histogram.labels(labels(tags));
    return { observe: (value) => child.observe(value) };
  }

  /** A value that is read when somebody asks. */
  measured(
    group: string,
    attribute: string,
    tags: Tags,
    read: () => MetricValue,
    help: string = `${attribute} of ${group}`,
  ): void {
    const name = metricName(group, attribute);
    const list = this.#measured.get(name) ?? [];
    this.#measured.set(name, [
      ...list.filter((each) => !sameTags(each.tags, tags)),
      { tags, read },
    ]);
    if (this.#gauges.has(name)) return;
    const collect = (gauge: Gauge): void => {
      gauge.reset();
      for (const each of this.#measured.get(name) ?? []) {
        const value = each.read();
        const isText = typeof value === "string";
        gauge.set({ ...labels(each.tags), ...(isText ? { value } : {}) }, isText ? 1 : value);
      }
    };
    this.#gauges.set(
      name,
      new Gauge({
        name,
        help,
        labelNames: [...Object.keys(tags).map(labelName), "value"],
        registers: [this.#registry],
        collect() {
          collect(this);
        },
      }),
    );
  }

  /** Forgets everything with these tags: a connector was deleted. */
  remove(tags: Tags): void {
    const wanted = Object.entries(tags);
    for (const metric of [...this.#counters.values(), ...this.#histograms.values()]) {
      void metric.get().then(({ values }) => {
        for (const { labels: found } of values) {
          if (!wanted.every(([key, value]) => found[labelName(key)] === value)) continue;
          // The classes of a histogram carry their bound as one label more.
          const { le: _bound, ...own } = found as Readonly<Record<string, string | number>>;
          metric.remove(own);
        }
      });
    }
    for (const [name, list] of this.#measured) {
      const kept = list.filter((each) => !wanted.every(([key, value]) => each.tags[key] === value));
      this.#measured.set(name, kept);
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

const labelName = (tag: string): string => tag.replaceAll("-", "_");

function labels(tags: Tags): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [labelName(key), value]));
}

function metricName(group: string, attribute: string): string {
  return `kafka_connect_${group}_${attribute}`.replaceAll("-", "_");
}

function sameTags(a: Tags, b: Tags): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
