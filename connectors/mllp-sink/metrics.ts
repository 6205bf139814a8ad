import type { PluginMetrics } from "#connect-api";

/** Milliseconds. */
const LATENCY_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000];

/** What can be seen of the sending side. Labels are codes and outcomes, which are few. */
export class MllpSinkMetrics {
  readonly #metrics: PluginMetrics;
  readonly #latency: { observe(value: number): void };

  constructor(metrics: PluginMetrics, queued: () => number, connections: () => number) {
    this.#metrics = metrics;
    this.#latency = metrics.histogram(
      "mllp-sink-answer-latency-ms",
      "From sending a message to its answer, in milliseconds",
      LATENCY_BOUNDS,
    );
    metrics.gauge("mllp-sink-queued-messages", "Messages that have no final answer", queued);
    metrics.gauge("mllp-sink-connections", "Open connections to the receiver", connections);
  }

  /** MSA-1, which is one of six. */
  answered(code: string, ms: number): void {
    this.#counter("mllp-sink-answers-total", "Answers by their code", { code });
    this.#latency.observe(ms);
  }
  unanswered(reason: string): void {
    this.#counter("mllp-sink-unanswered-total", "Attempts without an answer, by why", { reason });
  }
  settled(outcome: "delivered" | "refused"): void {
    this.#counter("mllp-sink-messages-total", "Messages by what became of them", { outcome });
  }
  stray(): void {
    this.#counter("mllp-sink-stray-answers-total", "Answers that came a second time", {});
  }

  #counter(name: string, documentation: string, labels: Readonly<Record<string, string>>): void {
    this.#metrics.counter(name, documentation, labels).add();
  }
}
