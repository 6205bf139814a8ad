import type { RequestStage } from "./herder.ts";

/**
 * What the worker does for requests, or did last: a request that takes too long is answered with it. Of several at once
 * it is the one that began last and has not ended.
 *
 * Source: org.apache.kafka.connect.util.Stage, and DistributedHerder's tick thread stages.
 */
export class Stages {
  readonly #running: RequestStage[] = [];
  #last: RequestStage | undefined;

  get current(): RequestStage | undefined {
    return this.#running.at(-1) ?? this.#last;
  }

  /** Does something under a description: `restarting task adt-0`. */
  async during<T>(description: string, operation: () => Promise<T>): Promise<T> {
    const stage = { description, startedAt: Date.now() };
    this.#running.push(stage);
    try {
      return await operation();
    } finally {
      this.#running.splice(this.#running.indexOf(stage), 1);
      this.#last = { ...stage, completedAt: Date.now() };
    }
  }
}
