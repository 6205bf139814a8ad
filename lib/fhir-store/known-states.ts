/** What the store has of one resource, as far as this writer knows. */
export interface StoredState {
  /** Entity tag for If-Match; undefined: the store has none of it, or did not say. */
  readonly etag: string | undefined;
  /** Source version of the state; undefined: there is none, or somebody else wrote it. */
  readonly version: string | undefined;
}

/** The last states seen, by resource, of those that were used last. Only knowledge: it may be forgotten at any time. */
export class KnownStates {
  readonly #states = new Map<string, StoredState>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): StoredState | undefined {
    const state = this.#states.get(key);
    if (state === undefined) return undefined;
    this.#states.delete(key);
    this.#states.set(key, state);
    return state;
  }

  set(key: string, state: StoredState): void {
    this.#states.delete(key);
    this.#states.set(key, state);
    if (this.#states.size > this.#max) {
      this.#states.delete(this.#states.keys().next().value as string);
    }
  }

  forget(key: string): void {
    this.#states.delete(key);
  }

  clear(): void {
    this.#states.clear();
  }
}
