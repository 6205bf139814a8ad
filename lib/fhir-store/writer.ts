import { isNewer } from "#lib/fhir";
import { Dispatcher } from "#lib/delivery";
import type { Waiting as QueuedWaiting } from "#lib/delivery";
import type { EntryAnswer, EntryRequest } from "./bundle.ts";
import { exchange } from "./exchange.ts";
import type { Exchanged, Interaction } from "./exchange.ts";
import { readHistory, readState, stateRead, versionInHistory } from "./guard.ts";
import { KnownStates } from "./known-states.ts";
import { StoreSetupError, StoreUnreachableError, WriteRefusedError } from "./store.ts";
import { Unresolved } from "./unresolved.ts";
import { verdictOf } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";
import { isConditional } from "./write.ts";
import type { Write } from "./write.ts";
import type { WriterOptions } from "./writer-options.ts";

type Waiting<R> = QueuedWaiting<Write<R>>;

/** What becomes of requests when their answer was one for all of them. */
interface Otherwise<R> {
  /** They cannot be taken apart: what is said of all is settled for each. */
  readonly isTogether?: boolean;
  /** Asks for one half of them. */
  again(half: readonly Waiting<R>[]): Promise<void>;
  /** Settles the only one. */
  settle(one: Waiting<R>, verdict: Verdict): Promise<void>;
}

interface Planned<R> {
  readonly waiting: Waiting<R>;
  readonly ifMatch: string | undefined;
}

/** States remembered, so that a resource that comes often is not looked up each time. */
const KNOWN_MAX = 50_000;
/** Answers 401 one after the other, each with a new token. */
const UNAUTHORIZED_MAX = 5;
/** What passes for all alike. */
const PASSING: ReadonlySet<Verdict["kind"]> = new Set(["throttled", "unauthorized", "retry"]);
/** A Bundle that fails as a whole for no reason of its own is cut in two after so many times. */
const WHOLE_TRIES = 3;

/**
 * Writes states of resources into a FHIR store, at least once and never backwards: each resource in the order in which it was added,
 * different ones side by side. It owns every retry; what it cannot write it hands back as refused.
 */
export class Writer<R> {
  readonly #options: WriterOptions<R>;
  readonly #dispatcher: Dispatcher<Write<R>>;
  readonly #known = new KnownStates(KNOWN_MAX);
  readonly #now: () => number;
  readonly #unresolved = new Unresolved<R>();
  #unauthorized = 0;

  constructor(options: WriterOptions<R>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const entriesMax = options.interaction === "single" ? 1 : options.entriesMax;
    this.#dispatcher = new Dispatcher({
      ...options,
      request: { entriesMax, bytesMax: options.bytesMax },
      work: (taken) => this.#work(taken),
      failed: (error) => options.on.failed(error),
    });
  }

  get buffered(): { readonly count: number; readonly bytes: number } {
    return this.#dispatcher.buffered;
  }

  /** Requests that may be under way at once by now. */
  get inFlightLimit(): number {
    return this.#dispatcher.pace.limit;
  }

  add(writes: readonly Write<R>[]): void {
    this.#dispatcher.add(writes);
  }

  /** Waits until the condition holds, asked after each change; false when the time is up or the writer is over. */
  until(isTrue: () => boolean, ms: number, signal?: AbortSignal): Promise<boolean> {
    return this.#dispatcher.until(isTrue, ms, signal);
  }

  /** Gives up what is no longer ours, and waits, at most `ms`, for what of it is under way. */
  async release(isOurs: (origin: R) => boolean, ms: number): Promise<void> {
    await this.#dispatcher.release(({ origin }) => isOurs(origin), ms);
    // Others may write these resources from now on.
    this.#known.clear();
    this.#unresolved.clear();
  }

  close(): void {
    this.#dispatcher.close();
  }

  async #work(taken: readonly Waiting<R>[]): Promise<void> {
    const circles = this.#circlesOf(taken);
    const inCircles = new Set(circles.flat());
    const others = taken.filter((waiting) => !inCircles.has(waiting));
    if (others.length > 0) {
      const planned = await this.#plan(others);
      if (planned.length > 0) await this.#send(planned);
    }
    for (const circle of circles) await this.#sendTogether(circle);
  }

  async #plan(waiting: readonly Waiting<R>[]): Promise<Planned<R>[]> {
    return this.#options.isGuarded
      ? this.#newer(waiting)
      : waiting.map((each) => ({ waiting: each, ifMatch: undefined }));
  }

  /**
   * Resources that refer to each other in a circle, as an Encounter and its Condition do: where references are checked, none of them can be
   * written before the others. Each second time they go alone, so that one that is wrong for itself is told apart.
   */
  #circlesOf(taken: readonly Waiting<R>[]): readonly (readonly Waiting<R>[])[] {
    if (this.#options.interaction === "single") return [];
    const byKey = new Map(taken.map((waiting) => [waiting.write.key, waiting]));
    const circles: Waiting<R>[][] = [];
    const seen = new Set<string>();
    for (const { write, referenceTries } of taken) {
      if (referenceTries % 2 === 0 || seen.has(write.key)) continue;
      const keys = this.#unresolved.circleOf(write.key);
      if (keys.length < 2) continue;
      const members = keys.map((key) => byKey.get(key) ?? this.#dispatcher.claim(key));
      for (const key of keys) seen.add(key);
      const present = members.filter((member) => member !== undefined);
      if (present.length === keys.length) circles.push(present);
      // One of them is under way elsewhere: the others that were claimed for it wait on.
      else
        for (const each of present)
          if (!byKey.has(each.write.key)) this.#dispatcher.putOff(each, 1);
    }
    return circles;
  }

  /** Writes a circle as one transaction: as a whole or not at all. */
  async #sendTogether(circle: readonly Waiting<R>[]): Promise<void> {
    const planned = await this.#plan(circle);
    if (planned.length === 0) return;
    const answers = await this.#ask(
      planned.map(({ waiting }) => waiting),
      this.#requestsOf(planned),
      "transaction",
      {
        isTogether: true,
        again: async () => {},
        settle: async (one, verdict) => {
          this.#known.forget(one.write.key);
          return this.#waitForReference(one, whatOf(verdict));
        },
      },
    );
    if (answers) await this.#settleAll(planned, answers);
  }

  /** Those that are newer than what the store has; the others are settled as stale, or wait when it could not be read. */
  async #newer(taken: readonly Waiting<R>[]): Promise<Planned<R>[]> {
    const unknown = taken.filter(({ write }) => this.#known.get(write.key) === undefined);
    if (unknown.length > 0) await this.#look(unknown);
    const planned: Planned<R>[] = [];
    for (const waiting of taken) {
      const { write } = waiting;
      const state = this.#known.get(write.key);
      // Could not be read: it waits already.
      if (!state) continue;
      if (state.version !== undefined && !isNewer(write.version, state.version)) {
        this.#unresolved.delete(write.key);
        this.#dispatcher.done(waiting);
        this.#options.on.stale(write);
      } else {
        const ifMatch = isConditional(write) || write.method === "DELETE" ? undefined : state.etag;
        planned.push({ waiting, ifMatch });
      }
    }
    return planned;
  }

  /** Reads what the store has of these resources. */
  async #look(unknown: readonly Waiting<R>[]): Promise<void> {
    const answers = await this.#ask(
      unknown,
      unknown.map(({ write }) => readState(write)),
      "batch",
      {
        again: (half) => this.#look(half),
        settle: (one, verdict) => this.#settleLook(one, verdict),
      },
    );
    if (!answers) return;
    const deleted: Waiting<R>[] = [];
    for (const [index, waiting] of unknown.entries()) {
      const answer = answers[index] as EntryAnswer;
      const state = stateRead(answer);
      if (!state) await this.#settleLook(waiting, verdictOf(answer, { method: "Bundle" }));
      else if (answer.status === 410 && waiting.write.method === "PUT") deleted.push(waiting);
      else this.#known.set(waiting.write.key, state);
    }
    if (deleted.length > 0) await this.#lookBack(deleted);
  }

  /** What cannot be read may still be written, and then has its answer; only what may pass is waited for. */
  async #settleLook(waiting: Waiting<R>, verdict: Verdict): Promise<void> {
    switch (verdict.kind) {
      case "retry":
      case "throttled":
      case "unauthorized":
      case "setup":
        return this.#settle(waiting, verdict);
      default:
        this.#known.set(waiting.write.key, { etag: undefined, version: undefined });
    }
  }

  /** A deleted resource: what it was last tells which states are older than its deletion. */
  async #lookBack(deleted: readonly Waiting<R>[]): Promise<void> {
    const answers = await this.#ask(
      deleted,
      deleted.map(({ write }) => readHistory(write)),
      "batch",
      {
        again: (half) => this.#lookBack(half),
        settle: (one, verdict) => this.#settleLook(one, verdict),
      },
    );
    if (!answers) return;
    for (const [index, { write }] of deleted.entries()) {
      const version = versionInHistory(answers[index] as EntryAnswer);
      this.#known.set(write.key, { etag: undefined, version });
    }
  }

  async #send(planned: readonly Planned<R>[]): Promise<void> {
    const startedAt = performance.now();
    const answers = await this.#ask(
      planned.map(({ waiting }) => waiting),
      this.#requestsOf(planned),
      this.#options.interaction,
      {
        again: (half) => this.#send(planned.filter(({ waiting }) => half.includes(waiting))),
        settle: (one, verdict) => this.#settle(one, verdict),
      },
    );
    if (!answers) return;
    this.#options.on.sent?.(planned.length, (performance.now() - startedAt) / 1000);
    await this.#settleAll(planned, answers);
  }

  #requestsOf(planned: readonly Planned<R>[]): readonly EntryRequest[] {
    return planned.map(({ waiting: { write }, ifMatch }) => ({
      method: write.method,
      url: this.#urlOf(write),
      body: write.body,
      ifMatch,
    }));
  }

  async #settleAll(planned: readonly Planned<R>[], answers: readonly EntryAnswer[]): Promise<void> {
    for (const [index, { waiting, ifMatch }] of planned.entries()) {
      const { write } = waiting;
      const verdict = verdictOf(answers[index] as EntryAnswer, {
        method: write.method,
        hasIfMatch: ifMatch !== undefined,
        isConditional: isConditional(write),
      });
      await this.#settle(waiting, verdict);
    }
  }

  #urlOf({ method, key }: Write<R>): string {
    const { deleteQuery } = this.#options;
    return method === "DELETE" && deleteQuery !== undefined ? `${key}?${deleteQuery}` : key;
  }

  /** Asks once for all; undefined when the answer was one for all, and they are put off or settled already. */
  async #ask(
    asked: readonly Waiting<R>[],
    entries: readonly EntryRequest[],
    interaction: Interaction,
    otherwise: Otherwise<R>,
  ): Promise<readonly EntryAnswer[] | undefined> {
    // A store that is written one by one is read so, too.
    const how = this.#options.interaction === "single" ? "single" : interaction;
    let exchanged: Exchanged;
    try {
      exchanged = await exchange(this.#options.store, how, entries, this.#dispatcher.signal);
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      // Nobody knows what the store did. What it has is read again before anything is sent again.
      this.#putOffAll(asked, error.reason);
      return undefined;
    }
    if ("whole" in exchanged) {
      await this.#settleWhole(asked, exchanged.whole, otherwise);
      return undefined;
    }
    const { answers, retryAfterMs } = exchanged;
    if (answers.some(({ status }) => status === 429 || status === 503)) {
      this.#slowDown(retryAfterMs);
    } else if (how === "single" && answers.some(({ status }) => status >= 500)) {
      this.#dispatcher.pace.slowDown();
    } else {
      this.#dispatcher.pace.succeeded();
    }
    if (answers.some(({ status }) => status < 400)) this.#unauthorized = 0;
    return answers;
  }

  async #settleWhole(
    asked: readonly Waiting<R>[],
    verdict: Verdict,
    { again, settle, isTogether = false }: Otherwise<R>,
  ): Promise<void> {
    if (isTogether && !PASSING.has(verdict.kind)) {
      for (const waiting of asked) await settle(waiting, verdict);
      return;
    }
    const isFewEnough = asked.length === 1;
    // Halves go one after the other, so that the number of requests at once stays what it is.
    const halve = async (): Promise<void> => {
      const middle = Math.ceil(asked.length / 2);
      await again(asked.slice(0, middle));
      await again(asked.slice(middle));
    };
    switch (verdict.kind) {
      case "throttled":
        this.#slowDown(verdict.retryAfterMs);
        for (const waiting of asked) this.#dispatcher.putOff(waiting, 0);
        return;
      case "setup":
        throw verdict.error;
      case "unauthorized":
        this.#noteUnauthorized();
        this.#putOffAll(asked, "401");
        return;
      case "retry":
        if (!isFewEnough && !isTogether && asked.every(({ tries }) => tries >= WHOLE_TRIES))
          return halve();
        for (const waiting of asked) this.#dispatcher.countFailure(waiting);
        if (isFewEnough) {
          this.#dispatcher.pace.slowDown();
          return settle(asked[0] as Waiting<R>, verdict);
        }
        return this.#putOffAll(asked, verdict.what);
      case "conflict":
        if (isFewEnough) return settle(asked[0] as Waiting<R>, verdict);
        if (asked.some(({ tries }) => tries >= WHOLE_TRIES)) return halve();
        for (const waiting of asked) {
          waiting.tries += 1;
          this.#known.forget(waiting.write.key);
          this.#dispatcher.putOff(waiting, this.#dispatcher.jitter(waiting.tries));
        }
        return;
      default:
        return isFewEnough ? settle(asked[0] as Waiting<R>, verdict) : halve();
    }
  }

  async #settle(waiting: Waiting<R>, verdict: Verdict): Promise<void> {
    const { write } = waiting;
    const { on, onConflict, onMissingReference } = this.#options;
    switch (verdict.kind) {
      case "done":
        this.#dispatcher.noteSuccess();
        this.#known.set(write.key, {
          etag: write.method === "DELETE" ? undefined : verdict.etag,
          version: write.version,
        });
        // Without its tag the next state could not be guarded; it is looked up then.
        if (verdict.etag === undefined && write.method === "PUT") this.#known.forget(write.key);
        this.#unresolved.delete(write.key);
        this.#dispatcher.done(waiting);
        on.written(write);
        // Those that waited for it need wait no longer.
        for (const key of this.#unresolved.waitingFor(write.key)) this.#dispatcher.hurry(key);
        return;
      case "throttled":
        // All of a Bundle tell the same; the pause for them is there already.
        if (this.#dispatcher.pace.pauseMs === 0) this.#slowDown(verdict.retryAfterMs);
        this.#dispatcher.putOff(waiting, 0);
        return;
      case "retry":
        return this.#tryAgain(waiting, verdict.what);
      case "conflict":
        if (onConflict === "reread") return this.#tryAgain(waiting, verdict.what);
        return this.#refuse(
          waiting,
          new WriteRefusedError(
            "FHIR_STORE_CONFLICT",
            `Somebody else wrote the resource meanwhile (${verdict.what})`,
          ),
          onConflict === "fail",
        );
      case "missing-reference":
        return onMissingReference === "retry"
          ? this.#waitForReference(waiting, verdict.what)
          : this.#refuse(waiting, missingReference(verdict.what), onMissingReference === "fail");
      case "unauthorized":
        this.#noteUnauthorized();
        this.#dispatcher.putOff(waiting, 0);
        return;
      case "too-large":
        return this.#refuse(
          waiting,
          new WriteRefusedError(
            "FHIR_STORE_TOO_LARGE",
            `The resource alone is more than the FHIR server takes (${verdict.what})`,
          ),
        );
      case "refused":
        return this.#refuse(waiting, verdict.error);
      case "setup":
        throw verdict.error;
    }
  }

  /** Nobody knows, or nobody was there: all of them again, after a pause for everyone. */
  #putOffAll(asked: readonly Waiting<R>[], what: string): void {
    this.#dispatcher.pace.slowDown();
    this.#options.on.retried?.(what);
    for (const waiting of asked) {
      this.#known.forget(waiting.write.key);
      this.#dispatcher.putOff(waiting, 0);
    }
  }

  #slowDown(retryAfterMs: number | undefined): void {
    this.#options.on.throttled?.();
    this.#dispatcher.pace.slowDown(retryAfterMs);
  }

  async #tryAgain(waiting: Waiting<R>, what: string): Promise<void> {
    this.#options.on.retried?.(what);
    this.#dispatcher.countFailure(waiting);
    this.#known.forget(waiting.write.key);
    if (waiting.tries > this.#options.retriesMax) {
      const message = `The FHIR server takes others and failed this resource ${waiting.tries} times (${what})`;
      return this.#refuse(waiting, new WriteRefusedError("FHIR_STORE_KEEPS_FAILING", message));
    }
    this.#dispatcher.putOff(waiting, this.#dispatcher.jitter(waiting.tries));
  }

  async #waitForReference(waiting: Waiting<R>, what: string): Promise<void> {
    if (waiting.referenceTries === 0) waiting.referenceSince = this.#now();
    waiting.referenceTries += 1;
    if (this.#now() - waiting.referenceSince >= this.#options.referenceMs) {
      return this.#refuse(waiting, missingReference(what));
    }
    this.#unresolved.add(waiting);
    this.#dispatcher.putOff(waiting, this.#dispatcher.jitter(waiting.referenceTries));
  }

  #noteUnauthorized(): void {
    if (this.#dispatcher.pace.pauseMs === 0) this.#unauthorized += 1;
    this.#dispatcher.pace.slowDown();
    if (this.#unauthorized <= UNAUTHORIZED_MAX) return;
    throw new StoreSetupError(
      "FHIR_STORE_UNAUTHORIZED",
      "The FHIR server answers 401 to a new token: check the credentials, audience and scopes",
    );
  }

  async #refuse(
    waiting: Waiting<R>,
    error: WriteRefusedError,
    isFatal: boolean = false,
  ): Promise<void> {
    if (isFatal) throw error;
    this.#unresolved.delete(waiting.write.key);
    await this.#options.on.refused(waiting.write, error);
    // Settled only now: its offset may be committed because it is kept somewhere else.
    this.#dispatcher.done(waiting);
  }
}

function whatOf(verdict: Verdict): string {
  return "what" in verdict ? verdict.what : verdict.kind;
}

function missingReference(what: string): WriteRefusedError {
  return new WriteRefusedError(
    "FHIR_STORE_REFERENCE_MISSING",
    `The resource refers to one that the FHIR server does not have (${what})`,
  );
}
