import type { Cluster } from "./internals.ts";

/** Connections that producers of one log share, at most; beyond that, the least used is taken. */
const CLUSTERS_MAX = 8;

interface Shared {
  readonly cluster: Cluster;
  users: number;
}

/**
 * Connections for producers. Kafka works on one request of a connection at a time, so a few busy producers
 * have one each; a thousand idle ones share, because each connection costs sockets and timers.
 */
export class SharedClusters {
  readonly #make: () => Cluster;
  readonly #shared: Shared[] = [];

  constructor(make: () => Cluster) {
    this.#make = make;
  }

  /** A cluster, and what to call when it is not needed any more. */
  take(): { readonly cluster: Cluster; release(): Promise<void> } {
    const idle = this.#shared.find(({ users }) => users === 0);
    const isRoom = this.#shared.length < CLUSTERS_MAX;
    const shared = idle ?? (isRoom ? this.#add() : this.#leastUsed());
    shared.users += 1;
    let isReleased = false;
    return {
      cluster: shared.cluster,
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        shared.users -= 1;
      },
    };
  }

  #add(): Shared {
    const shared = { cluster: this.#make(), users: 0 };
    this.#shared.push(shared);
    return shared;
  }

  #leastUsed(): Shared {
    return this.#shared.reduce((least, each) => (each.users < least.users ? each : least));
  }

  async close(): Promise<void> {
    await Promise.all(this.#shared.map(({ cluster }) => cluster.disconnect()));
  }
}
