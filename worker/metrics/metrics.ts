import { Counter, Gauge, Registry, collectDefaultMetrics } from "prom-client";

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
  readonly #measured = new Map<string, Measured[]>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** A number that only grows. */
  counter(group: string, attribute: string, tags: Tags): { add(count?: number): void } {
    const name = metricName(group, attribute);
    let counter = this.#counters.get(name);
    if (!counter) {
      counter = new Counter({
        name,
        help: `${attribute} of ${group}`,
        labelNames: Object.keys(tags).map(labelName),
        registers: [this.#registry],
      });
      this.#counters.set(name, counter);
    }
    const child = counter.labels(labels(tags));
    child.inc(0);
    return { add: (count = 1) => child.inc(count) };
  }

  /** A value that is read when somebody asks. */
  measured(group: string, attribute: string, tags: Tags, read: () => MetricValue): void {
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
        help: `${attribute} of ${group}`,
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
    for (const counter of this.#counters.values()) {
      void counter.get().then(({ values }) => {
        for (const { labels: found } of values) {
          if (wanted.every(([key, value]) => found[labelName(key)] === value))
            counter.remove(found);
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
