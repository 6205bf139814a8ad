import type { PluginMetrics } from "#connect-api";
import type { Exchange, Outcome } from "./exchange.ts";
import type { Listener } from "./listener.ts";
import type { CloseReason, RefusedReason } from "./listener-events.ts";

/** Milliseconds. */
const LATENCY_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 25_000];

/**
 * What can be seen of a listener. Labels are outcomes and reasons, which are few; no address and no sender,
 * because anybody can make up as many of them as he likes.
 */
export class MllpMetrics {
  readonly #metrics: PluginMetrics;
  readonly #bytes: { add(count?: number): void };
  readonly #latency: { observe(value: number): void };
  readonly #commit: { observe(value: number): void };
  /** By name and labels: one of them is asked for with each message. */
  readonly #counters = new Map<string, { add(count?: number): void }>();
  #lastMessageAt = 0;

  constructor(metrics: PluginMetrics) {
    this.#metrics = metrics;
    this.#bytes = metrics.counter("mllp-received-bytes-total", "Bytes of messages that came");
    this.#latency = metrics.histogram(
      "mllp-answer-latency-ms",
      "From the end of a frame to its answer, in milliseconds",
      LATENCY_BOUNDS,
    );
    this.#commit = metrics.histogram(
      "mllp-commit-latency-ms",
      "From handing a record to the worker to the log's confirmation, in milliseconds",
      LATENCY_BOUNDS,
    );
  }

  watch(listener: () => Listener | undefined, queued: () => number): void {
    const { gauge } = this.#metrics;
    gauge.call(this.#metrics, "mllp-listening", "1 while the port is open", () =>
      listener()?.isOpen ? 1 : 0,
    );
    gauge.call(
      this.#metrics,
      "mllp-connections",
      "Open connections",
      () => listener()?.connectionCount ?? 0,
    );
    gauge.call(
      this.#metrics,
      "mllp-peers",
      "Addresses that are known",
      () => listener()?.peerCount ?? 0,
    );
    gauge.call(
      this.#metrics,
      "mllp-held-bytes",
      "Bytes of unfinished frames and unanswered messages",
      () => listener()?.heldBytes ?? 0,
    );
    gauge.call(
      this.#metrics,
      "mllp-reading-held",
      "1 while memory is full and nothing is read",
      () => (listener()?.isHeld ? 1 : 0),
    );
    gauge.call(
      this.#metrics,
      "mllp-queued-messages",
      "Messages that the worker has not taken",
      queued,
    );
    gauge.call(
      this.#metrics,
      "mllp-last-message-age-ms",
      "Milliseconds since the last message; 0 before the first",
      () => (this.#lastMessageAt === 0 ? 0 : Date.now() - this.#lastMessageAt),
    );
  }

  received(exchange: Exchange): void {
    this.#lastMessageAt = exchange.receivedAt;
    this.#bytes.add(exchange.payload.length);
  }
  committed(handedOverAt: number): void {
    this.#commit.observe(performance.now() - handedOverAt);
  }
  settled(outcome: Outcome | "abandoned", exchange: Exchange): void {
    this.#counter("mllp-messages-total", "Messages by what became of them", { outcome });
    const code = exchange.verdict?.refusal?.code;
    if (code) this.#counter("mllp-refusals-total", "Refused input by reason", { code });
    if (outcome !== "abandoned") this.#latency.observe(Date.now() - exchange.receivedAt);
  }
  possibleDuplicate(): void {
    this.#counter("mllp-possible-duplicates-total", "Messages stored that may be repetitions", {});
  }
  refused(reason: RefusedReason): void {
    this.#counter("mllp-refused-connections-total", "Connections that were not taken", { reason });
  }
  connected(): void {
    this.#counter("mllp-accepted-connections-total", "Connections that were taken", {});
  }
  disconnected(reason: CloseReason, junkBytes: number): void {
    this.#counter("mllp-closed-connections-total", "Connections by why they ended", { reason });
    if (junkBytes > 0) {
      this.#metrics.counter("mllp-junk-bytes-total", "Bytes outside of frames").add(junkBytes);
    }
  }

  #counter(name: string, documentation: string, labels: Readonly<Record<string, string>>): void {
    const key = `${name} ${Object.values(labels).join(" ")}`;
    let counter = this.#counters.get(key);
    if (!counter) {
      counter = this.#metrics.counter(name, documentation, labels);
      this.#counters.set(key, counter);
    }
    counter.add();
  }
}
