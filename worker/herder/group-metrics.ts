import type { MembershipObserver } from "#broker";
import type { CountingMetric, Meter, SampledWindow } from "../metrics/index.ts";

const HOUR_S = 3600;
const COORDINATOR_GROUP = "connect-coordinator-metrics";
const REBALANCE_GROUP = "connect-worker-rebalance-metrics";

/** What the group says of itself when somebody asks. */
export interface MeasuredGroup {
  readonly protocol: string;
  readonly generation: number;
  readonly leaderUrl: string | undefined;
  readonly assignedConnectors: number;
  readonly assignedTasks: number;
}

/** A kind of request to the coordinator: how often, and how long it took. */
class Requests {
  readonly #total: CountingMetric;
  readonly #times: SampledWindow;

  constructor(metrics: Meter, tags: { readonly "client-id": string }, name: string) {
    const times = metrics.window();
    const counted = metrics.window();
    const total = metrics.counter(COORDINATOR_GROUP, `${name}-total`, tags);
    this.#total = {
      add(count = 1) {
        total.add(count);
        counted.record(count);
      },
    };
    this.#times = times;
    metrics.measured(COORDINATOR_GROUP, `${name}-rate`, tags, () => counted.rate);
    const isHeartbeat = name === "heartbeat";
    const time = isHeartbeat ? `${name}-response-time` : `${name}-time`;
    metrics.measured(COORDINATOR_GROUP, `${time}-max`, tags, () => times.max);
    if (!isHeartbeat) metrics.measured(COORDINATOR_GROUP, `${time}-avg`, tags, () => times.avg);
  }

  took(ms: number): void {
    this.#total.add();
    this.#times.record(ms);
  }
}

/**
 * `connect-coordinator-metrics` and `connect-worker-rebalance-metrics` of a worker that is one of several.
 *
 * Source: org.apache.kafka.clients.consumer.internals.AbstractCoordinator.GroupCoordinatorMetrics,
 * WorkerCoordinator.WorkerCoordinatorMetrics, DistributedHerder.RebalanceMetrics.
 */
export class GroupMetrics implements MembershipObserver {
  readonly #now: () => number;
  readonly #heartbeats: Requests;
  readonly #joins: Requests;
  readonly #syncs: Requests;
  readonly #rebalanceTimes: SampledWindow;
  readonly #rebalances: CountingMetric;
  readonly #recentRebalances: SampledWindow;
  readonly #latency: CountingMetric;
  readonly #failures: CountingMetric;
  readonly #failed: SampledWindow;
  #startedAt: number | undefined;
  #heartbeatAt: number | undefined;
  #rebalancedAt: number | undefined;
  #completed = 0;

  constructor(
    metrics: Meter,
    clientId: string,
    group: () => MeasuredGroup,
    now: () => number = () => performance.now(),
  ) {
    this.#now = now;
    const tags = { "client-id": clientId };
    const counter = (name: string): CountingMetric =>
      metrics.counter(COORDINATOR_GROUP, name, tags);
    const measured = (name: string, read: () => number): void =>
      metrics.measured(COORDINATOR_GROUP, name, tags, read);
    this.#heartbeats = new Requests(metrics, tags, "heartbeat");
    this.#joins = new Requests(metrics, tags, "join");
    this.#syncs = new Requests(metrics, tags, "sync");
    const times = metrics.window();
    const failed = metrics.window();
    const recent = metrics.window();
    this.#rebalanceTimes = times;
    this.#recentRebalances = recent;
    this.#failed = failed;
    this.#rebalances = counter("rebalance-total");
    this.#latency = counter("rebalance-latency-total");
    this.#failures = counter("failed-rebalance-total");
    measured("rebalance-latency-max", () => times.max);
    measured("rebalance-latency-avg", () => times.avg);
    measured("rebalance-rate-per-hour", () => recent.rate * HOUR_S);
    measured("failed-rebalance-rate-per-hour", () => failed.rate * HOUR_S);
    measured("last-heartbeat-seconds-ago", () => this.#secondsSince(this.#heartbeatAt));
    measured("last-rebalance-seconds-ago", () => this.#secondsSince(this.#rebalancedAt));
    measured("assigned-connectors", () => group().assignedConnectors);
    measured("assigned-tasks", () => group().assignedTasks);
    this.#measureRebalances(metrics, group);
  }

  #measureRebalances(metrics: Meter, group: () => MeasuredGroup): void {
    const times = this.#rebalanceTimes;
    const measured = (name: string, read: () => number | string): void =>
      metrics.measured(REBALANCE_GROUP, name, {}, read);
    measured("connect-protocol", () => group().protocol);
    measured("leader-name", () => group().leaderUrl ?? "");
    measured("epoch", () => group().generation);
    measured("completed-rebalances-total", () => this.#completed);
    measured("rebalancing", () => (this.#startedAt === undefined ? 0 : 1));
    measured("rebalance-max-time-ms", () => times.max);
    measured("rebalance-avg-time-ms", () => times.avg);
    measured("time-since-last-rebalance-ms", () =>
      this.#rebalancedAt === undefined ? NaN : this.#now() - this.#rebalancedAt,
    );
  }

  /** -1 when it never was, as in Kafka. */
  #secondsSince(at: number | undefined): number {
    return at === undefined ? -1 : Math.floor((this.#now() - at) / 1000);
  }

  heartbeat(durationMs: number): void {
    this.#heartbeatAt = this.#now();
    this.#heartbeats.took(durationMs);
  }
  joining(): void {
    this.#startedAt ??= this.#now();
  }
  joined(durationMs: number): void {
    this.#joins.took(durationMs);
  }
  synced(durationMs: number): void {
    this.#syncs.took(durationMs);
  }
  joinFailed(): void {
    this.#failures.add();
    this.#failed.record(1);
  }

  /** What this worker got in the round runs, and what it lost has stopped. */
  rebalanced(): void {
    const now = this.#now();
    const tookMs = now - (this.#startedAt ?? now);
    this.#startedAt = undefined;
    this.#rebalancedAt = now;
    this.#completed += 1;
    this.#rebalances.add();
    this.#recentRebalances.record(1);
    this.#latency.add(tookMs);
    this.#rebalanceTimes.record(tookMs);
  }
}
