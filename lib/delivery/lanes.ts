/** What waits: `key` names what is kept in order. */
export interface Queued {
  readonly key: string;
  readonly bytes: number;
}

/** One waiting write with what has become of it so far. */
export interface Waiting<W extends Queued> {
  readonly write: W;
  /** Failures that were its own, while the store took others. */
  tries: number;
  /** When its reference was first missing, in milliseconds; 0: it was not. */
  referenceSince: number;
  /** How often its reference was missing. */
  referenceTries: number;
}

interface Lane<W extends Queued> {
  readonly key: string;
  readonly waiting: Waiting<W>[];
}

/**
 * What waits for a store, in a lane for each key. The head of a lane leaves only when the one before it is done, so what has one
 * key stays in order and never goes together, while different keys go side by side.
 */
export class Lanes<W extends Queued> {
  readonly #lanes = new Map<string, Lane<W>>();
  /** Lanes whose head may go now, in order of arrival. */
  #ready: Lane<W>[] = [];
  #readyAt = 0;
  /** Lanes that were put off, with their timers. */
  readonly #later = new Map<Lane<W>, NodeJS.Timeout>();
  readonly #onReady: () => void;
  #isClosed = false;
  #count = 0;
  #bytes = 0;

  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get hasReady(): boolean {
    return this.#readyAt < this.#ready.length;
  }

  add(write: W): void {
    const waiting = { write, tries: 0, referenceSince: 0, referenceTries: 0 };
    this.#count += 1;
    this.#bytes += write.bytes;
    const lane = this.#lanes.get(write.key);
    if (lane) {
      lane.waiting.push(waiting);
      return;
    }
    const fresh = { key: write.key, waiting: [waiting] };
    this.#lanes.set(write.key, fresh);
    this.#ready.push(fresh);
  }

  /** Heads of different lanes, as many as fit; at least one when any is ready. They come back by `done` or `putOff`. */
  take(entriesMax: number, bytesMax: number): Waiting<W>[] {
    const taken: Waiting<W>[] = [];
    let bytes = 0;
    while (this.#readyAt < this.#ready.length && taken.length < entriesMax) {
      const [head] = (this.#ready[this.#readyAt] as Lane<W>).waiting;
      if (head) {
        if (taken.length > 0 && bytes + head.write.bytes > bytesMax) break;
        bytes += head.write.bytes;
        taken.push(head);
      }
      this.#readyAt += 1;
    }
    if (this.#readyAt > 1000 || this.#readyAt === this.#ready.length) {
      this.#ready = this.#ready.slice(this.#readyAt);
      this.#readyAt = 0;
    }
    return taken;
  }

  /** The write is settled; the next of its resource may go. */
  done({ write }: Waiting<W>): void {
    this.#count -= 1;
    this.#bytes -= write.bytes;
    const lane = this.#lanes.get(write.key) as Lane<W>;
    lane.waiting.shift();
    if (lane.waiting.length === 0) this.#lanes.delete(write.key);
    else this.#ready.push(lane);
  }

  /** The write stays at the head of its lane and goes again after a while. */
  putOff({ write }: Waiting<W>, ms: number): void {
    const lane = this.#lanes.get(write.key) as Lane<W>;
    if (this.#isClosed) return;
    if (ms <= 0) {
      this.#ready.push(lane);
      return;
    }
    const timer = setTimeout(() => {
      this.#later.delete(lane);
      this.#ready.push(lane);
      this.#onReady();
    }, ms);
    this.#later.set(lane, timer);
  }

  /** The head of a lane that was put off goes now. */
  hurry(key: string): void {
    const lane = this.#lanes.get(key);
    if (!lane || !this.#later.has(lane)) return;
    clearTimeout(this.#later.get(lane));
    this.#later.delete(lane);
    this.#ready.push(lane);
  }

  /** Takes the head of one lane, if it is not under way; undefined otherwise. */
  claim(key: string): Waiting<W> | undefined {
    const lane = this.#lanes.get(key);
    if (!lane) return undefined;
    if (this.#later.has(lane)) {
      clearTimeout(this.#later.get(lane));
      this.#later.delete(lane);
      return lane.waiting[0];
    }
    const at = this.#ready.indexOf(lane, this.#readyAt);
    if (at === -1) return undefined;
    this.#ready.splice(at, 1);
    return lane.waiting[0];
  }

  /** Forgets what waits and is not under way, and is no longer ours. */
  drop(isOurs: (write: W) => boolean): void {
    const free = new Set([...this.#ready.slice(this.#readyAt), ...this.#later.keys()]);
    for (const lane of this.#lanes.values()) {
      const isFree = free.has(lane);
      const kept = lane.waiting.filter(
        ({ write }, index) => (index === 0 && !isFree) || isOurs(write),
      );
      for (const { write } of lane.waiting) {
        if (kept.some((each) => each.write === write)) continue;
        this.#count -= 1;
        this.#bytes -= write.bytes;
      }
      lane.waiting.splice(0, lane.waiting.length, ...kept);
      if (kept.length > 0) continue;
      this.#lanes.delete(lane.key);
      clearTimeout(this.#later.get(lane));
      this.#later.delete(lane);
    }
    this.#ready = this.#ready.slice(this.#readyAt).filter(({ waiting }) => waiting.length > 0);
    this.#readyAt = 0;
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
  }
}
