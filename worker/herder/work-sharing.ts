import { HerderError } from "./herder.ts";
import type { ConnectorTaskId } from "./herder.ts";

/** The part of the work that this worker does. */
export interface Share {
  hasConnector(name: string): boolean;
  hasTask(name: string, task: number): boolean;
}

/** What the workers share: connectors, and the tasks of each. */
export interface Work {
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

/** Whoever shares work out asks this of the worker. */
export interface WorkHolder {
  /** Everything there is to do, as the config topic says at its end. */
  work(): Promise<Work>;
  /** Resolves when what is not of the share any more has stopped; what is new begins then. */
  take(share: Share): Promise<void>;
}

/** How the workers of a group share the work, and who may decide what. */
export interface WorkSharing {
  /** Whether other workers may be there. */
  readonly isShared: boolean;
  /** Grows with every division of the work. */
  readonly generation: number;
  /** Whether this worker keeps the statuses of what is gone in order. */
  readonly isLeader: boolean;
  start(holder: WorkHolder): Promise<void>;
  /** Connectors or tasks have come or gone. */
  workChanged(): void;
  /** Resolves if this worker is the leader. Rejects with a NotHereError that says who is. */
  requireLeader(): Promise<void>;
  /** Resolves if the connector, or the task, is this worker's. Rejects as above. */
  requireOwner(name: string, task?: number): Promise<void>;
  /** Rejects when the group has gone on without this worker. */
  requireMembership(): Promise<void>;
  /** Gives everything back; after the holder has stopped it. */
  stop(): Promise<void>;
}

/** The request belongs to another worker; `url` is its REST address, if somebody knows it. */
export class NotHereError extends HerderError {
  readonly url: string | undefined;

  constructor(url: string | undefined) {
    super(
      409,
      url === undefined
        ? "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway."
        : "Cannot complete request because of a conflicting operation (e.g. worker rebalance)",
    );
    this.url = url;
  }
}

/** A worker that does everything itself. */
export class Alone implements WorkSharing {
  readonly isShared = false;
  readonly generation = 0;
  readonly isLeader = true;

  async start(holder: WorkHolder): Promise<void> {
    await holder.take({ hasConnector: () => true, hasTask: () => true });
  }
  workChanged(): void {}
  async requireLeader(): Promise<void> {}
  async requireOwner(): Promise<void> {}
  async requireMembership(): Promise<void> {}
  async stop(): Promise<void> {}
}
