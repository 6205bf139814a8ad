import type { Waiting as QueuedWaiting } from "#lib/delivery";
import type { Write } from "./write.ts";

type Waiting<R> = QueuedWaiting<Write<R>>;

const REFERENCE = /"reference"\s*:\s*"([A-Z][A-Za-z]{0,63}\/[A-Za-z0-9\-.]{1,64})"/g;

/** Keys that a resource refers to (`Patient/1`), each once, without itself. */
export function referencesOf({ body = "", key }: Write): ReadonlySet<string> {
  const found = new Set([...body.matchAll(REFERENCE)].map(([, reference]) => reference as string));
  found.delete(key);
  return found;
}

/** The writes whose references lead nowhere yet, and what they refer to. */
export class Unresolved<R> {
  readonly #waiting = new Map<string, Waiting<R>>();
  readonly #references = new Map<string, ReadonlySet<string>>();
  /** Who refers to a resource. */
  readonly #referrers = new Map<string, Set<string>>();

  add(waiting: Waiting<R>): void {
    const { write } = waiting;
    this.delete(write.key);
    const references = referencesOf(write);
    this.#waiting.set(write.key, waiting);
    this.#references.set(write.key, references);
    for (const reference of references) {
      const known = this.#referrers.get(reference) ?? new Set();
      this.#referrers.set(reference, known.add(write.key));
    }
  }

  delete(key: string): void {
    for (const reference of this.#references.get(key) ?? []) {
      const referrers = this.#referrers.get(reference);
      referrers?.delete(key);
      if (referrers?.size === 0) this.#referrers.delete(reference);
    }
    this.#references.delete(key);
    this.#waiting.delete(key);
  }

  clear(): void {
    for (const map of [this.#waiting, this.#references, this.#referrers]) map.clear();
  }

  /** Keys that wait for this one, perhaps among others. */
  waitingFor(key: string): readonly string[] {
    return [...(this.#referrers.get(key) ?? [])];
  }

  /**
   * The writes that refer to each other in a circle through this one (Encounter ⇄ Condition), this one included: none of them can be
   * stored before the others. Empty when there is no circle.
   */
  circleOf(key: string): readonly string[] {
    const reached = this.#reach(key, (each) => this.#references.get(each) ?? []);
    const reaching = this.#reach(key, (each) => this.#referrers.get(each) ?? []);
    return [...reached].filter((each) => reaching.has(each));
  }

  /** Everything that is reached from a key in one step or more, among those that wait. */
  #reach(key: string, next: (key: string) => Iterable<string>): ReadonlySet<string> {
    const reached = new Set<string>();
    const open = [key];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      for (const other of next(each)) {
        if (!this.#waiting.has(other) || reached.has(other)) continue;
        reached.add(other);
        open.push(other);
      }
    }
    return reached;
  }
}
