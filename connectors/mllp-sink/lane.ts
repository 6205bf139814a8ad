import { DataError } from "#connect-api";
import type { SinkRecord } from "#connect-api";
import type { Taken } from "#lib/delivery";
import { MllpClientError } from "#lib/mllp-client";
import type { MllpAnswer, MllpClient } from "#lib/mllp-client";
import type { AnswerClasses } from "./answer-class.ts";
import {
  IDLE_TIMEOUT_MS,
  RETRY_BACKOFF_MAX_MS,
  RETRY_BACKOFF_MS,
  RETRY_TIMEOUT_MS,
  SILENT_ATTEMPTS_MAX,
} from "./config.ts";
import type { MllpSinkConfig } from "./config.ts";
import type { MllpSinkMetrics } from "./metrics.ts";
import type { Payload } from "./payload.ts";

/** A message that waits for its turn or its answer. */
export interface Delivery {
  readonly record: SinkRecord;
  readonly payload: Payload;
  readonly taken: Taken;
  /** It was delivered, or refused for good. */
  isDone: boolean;
  /** Its partition was taken away: somebody else sends it. */
  isDropped: boolean;
}

/** What a lane needs of its task. */
export interface LaneOwner {
  readonly config: MllpSinkConfig;
  readonly classes: AnswerClasses;
  readonly metrics: MllpSinkMetrics;
  connect(): Promise<MllpClient>;
  warn(code: string, message: string, detail?: string): void;
  /** The receiver has taken it. */
  delivered(delivery: Delivery): void;
  /** The receiver will never take it. Rejects when nobody else may have it either. */
  refused(delivery: Delivery, error: DataError): Promise<void>;
  /** Nothing more can be sent here. */
  failed(error: unknown): void;
}

/**
 * One connection: messages in order, one on its way. The next one leaves when this one is delivered or refused for
 * good, so that nothing overtakes.
 */
export class Lane {
  readonly #owner: LaneOwner;
  #queue: Delivery[] = [];
  #client: MllpClient | undefined;
  /** Whether the connection has answered before: then its peer may have closed it meanwhile. */
  #isUsed = false;
  #backoffMs: number;
  #working: Promise<void> | undefined;
  #isStopping = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #wake = (): void => {};

  constructor(owner: LaneOwner) {
    this.#owner = owner;
    this.#backoffMs = owner.config[RETRY_BACKOFF_MS];
  }

  get isConnected(): boolean {
    return this.#client?.isClosed === false;
  }

  push(delivery: Delivery): void {
    this.#queue.push(delivery);
    clearTimeout(this.#idleTimer);
    this.#working ??= this.#work();
  }

  /** Starts no other message; resolves when the one that is on its way has its answer, or gave up. */
  async finish(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#working;
  }

  close(): void {
    this.#isStopping = true;
    this.#wake();
    clearTimeout(this.#idleTimer);
    this.#client?.close();
  }

  async #work(): Promise<void> {
    try {
      for (;;) {
        const delivery = this.#queue[0];
        if (!delivery || this.#isStopping) break;
        await this.#deliver(delivery);
        if (!this.#isStopping || delivery.isDone) this.#queue.shift();
      }
    } catch (error) {
      this.#isStopping = true;
      this.#owner.failed(error);
    }
    this.#working = undefined;
    const idleMs = this.#owner.config[IDLE_TIMEOUT_MS];
    if (idleMs > 0 && !this.#isStopping) {
      this.#idleTimer = setTimeout(() => this.#client?.close(), idleMs);
    }
  }

  /** Until it is delivered or refused, or the task stops, or the partition is taken away. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { config, metrics } = this.#owner;
    const retryMs = config[RETRY_TIMEOUT_MS];
    let firstRefusalAt: number | undefined;
    let silent = 0;
    while (!this.#isStopping && !delivery.isDropped) {
      const answer = await this.#attempt(delivery);
      if (answer === "away") {
        await this.#pause();
        continue;
      }
      if (answer === "stale") continue;
      if (answer === "silent") {
        silent += 1;
        const max = config[SILENT_ATTEMPTS_MAX];
        if (max > 0 && silent >= max) {
          const text = `The receiver did not answer this message, ${silent} times`;
          return this.#refuse(delivery, "MLLP_UNANSWERED", text);
        }
        await this.#pause();
        continue;
      }
      this.#backoffMs = answer.class === "retry" ? this.#backoffMs : config[RETRY_BACKOFF_MS];
      if (answer.class === "accept") {
        metrics.settled("delivered");
        return this.#owner.delivered(delivery);
      }
      if (answer.class === "refuse") {
        return this.#refuse(delivery, "MLLP_REFUSED", `The receiver answered ${answer.words}`);
      }
      firstRefusalAt ??= performance.now();
      if (retryMs >= 0 && performance.now() - firstRefusalAt >= retryMs) {
        const text = `The receiver answered ${answer.words} for ${retryMs} ms`;
        return this.#refuse(delivery, "MLLP_RETRIES_OVER", text);
      }
      this.#owner.warn("MLLP_TRY_AGAIN", `The receiver answered ${answer.words}; trying again`);
      await this.#pause();
    }
  }

  /**
   * Sends the message once. `away`: it was not sent; `stale`: the peer had closed the connection, which shows only
   * when something is written; `silent`: it was sent, and whether it was taken is unknown.
   */
  async #attempt({
    payload,
  }: Delivery): Promise<
    "away" | "stale" | "silent" | { readonly class: "accept" | "retry" | "refuse"; words: string }
  > {
    const { classes, metrics, warn } = this.#owner;
    let client: MllpClient;
    try {
      client = await this.#connected(payload.controlId);
    } catch (error) {
      if (!(error instanceof MllpClientError)) throw error;
      metrics.unanswered(error.code);
      const { code } = (error.cause ?? {}) as { readonly code?: string };
      warn("MLLP_RECEIVER_AWAY", `${error.message}; trying again`, code);
      return "away";
    }
    const sentAt = performance.now();
    const wasUsed = this.#isUsed;
    try {
      const answer = await client.send(payload.bytes);
      const answerClass = classes.of(answer);
      if (!answerClass) {
        client.close();
        throw new MllpClientError("MLLP_ANSWER_INVALID", "MSA-1 holds no acknowledgment code");
      }
      this.#isUsed = true;
      metrics.answered(answer.code, performance.now() - sentAt);
      return { class: answerClass, words: wordsOf(answer) };
    } catch (error) {
      if (!(error instanceof MllpClientError)) throw error;
      metrics.unanswered(error.code);
      if (error.code === "MLLP_CLOSED" && wasUsed) return "stale";
      warn("MLLP_NO_ANSWER", `${error.message}; the message is sent again`, error.code);
      return "silent";
    }
  }

  /** The connection, or a new one when it is closed or could confuse two messages of one id. */
  async #connected(controlId: string): Promise<MllpClient> {
    if (this.#client && !this.#client.isClosed && !this.#client.hasSent(controlId)) {
      return this.#client;
    }
    this.#client?.close();
    this.#isUsed = false;
    this.#client = await this.#owner.connect();
    if (this.#isStopping) this.#client.close();
    return this.#client;
  }

  async #refuse(delivery: Delivery, code: string, text: string): Promise<void> {
    this.#backoffMs = this.#owner.config[RETRY_BACKOFF_MS];
    await this.#owner.refused(delivery, new DataError(code, text));
  }

  async #pause(): Promise<void> {
    if (this.#isStopping) return;
    const ms = this.#backoffMs;
    this.#backoffMs = Math.min(ms * 2, this.#owner.config[RETRY_BACKOFF_MAX_MS]);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** MSA-1 and the conditions of ERR, which are numbers: whatever else a receiver writes there is not repeated. */
function wordsOf({ code, errorCodes }: MllpAnswer): string {
  const conditions = errorCodes.filter((condition) => /^\d{1,5}$/.test(condition));
  return conditions.length === 0 ? code : `${code} (ERR ${conditions.join(", ")})`;
}
