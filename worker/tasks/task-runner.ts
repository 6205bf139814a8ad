import type { Props } from "#connect-api";
import type { RecordLog } from "#broker";
import type { WorkerConfig } from "../config/worker-config.ts";
import type { RunState } from "../herder/herder.ts";
import type { Meter } from "../metrics/index.ts";
import type { Plugins } from "../plugins/plugins.ts";
import type { OffsetStore } from "../storage/offset-store.ts";

/** What every runner gets. */
export interface TaskEnvironment {
  readonly log: RecordLog;
  readonly plugins: Plugins;
  readonly metrics: Meter;
  readonly offsets: OffsetStore;
  readonly workerProps: Props;
  readonly workerConfig: WorkerConfig;
  readonly connector: string;
  readonly task: number;
  /** The task's own config, with the connector's framework settings. */
  readonly props: Props;
  readonly isPaused: boolean;
  /** Of a source with exactly-once delivery: rejects when the task may not run here (any more). */
  beforeSource?(): Promise<void>;
  /** The topics that the task uses, each reported at least once. */
  onTopic(topic: string): void;
  onState(state: RunState, error?: unknown): void;
}

/** A task at work. */
export interface TaskRunner {
  pause(): void;
  resume(): void;
  /** Ends the task; resolves when it has ended. Never rejects. */
  stop(): Promise<void>;
  /** Of a task that does not end: takes its clients away, so that another run of it can do its work. */
  cancel(): void;
}

/** A switch that one loop waits for. */
export class PauseSwitch {
  #isPaused: boolean;
  #wake: (() => void) | undefined;

  constructor(isPaused: boolean) {
    this.#isPaused = isPaused;
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }
  set(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) this.#wake?.();
  }
  /** Resolves when it is off, or at an abort. */
  async whenOff(signal: AbortSignal): Promise<void> {
    if (!this.#isPaused || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#wake = undefined;
  }
}
