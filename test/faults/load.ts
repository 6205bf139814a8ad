// Senders with a ledger, as a process of its own: told by IPC what to do, and tells by IPC how far it is.
//
// It shares no code with the product: framing and the reading of answers are written plainly here, so that a
// fault of the product cannot hide itself.
import { connect } from "node:net";
import type { Socket } from "node:net";
import { LedgerWriter } from "./ledger.ts";
import { loadMessage } from "./load-messages.ts";
import type { LoadMessage } from "./load-messages.ts";

export interface LoadOptions {
  readonly port: number;
  readonly ledger: string;
  /** Stands in every control id, so that runs do not meet. */
  readonly run: string;
  readonly connections: number;
  /** Messages of one connection that may wait for their answers. */
  readonly window: number;
  /** Messages of all connections together. */
  readonly messages: number;
  readonly sizeBytes?: number;
  /** A connection is closed and its messages are sent again when an answer takes longer. */
  readonly answerTimeoutMs?: number;
  /** Messages per second of all connections together; undefined: as fast as answers come. */
  readonly perSecond?: number;
  /** Whether a message that was answered AE, AR, CE or CR with 207 is sent again. Default true. */
  readonly repeatUnavailable?: boolean;
}

export interface LoadProgress {
  readonly sent: number;
  readonly answered: number;
  readonly isOver: boolean;
  readonly latencies?: readonly number[];
  readonly seconds?: number;
}

const VT = 0x0b;
const END = Buffer.from([0x1c, 0x0d]);
const RETRY_MS = 25;

interface OnItsWay {
  readonly message: LoadMessage;
  readonly sequence: number;
  attempt: number;
  writtenAt: number;
}

class Load {
  readonly #options: LoadOptions;
  readonly #ledger: LedgerWriter;
  readonly #startedAt = performance.now();
  readonly latencies: number[] = [];
  #left: number;
  sent = 0;
  answered = 0;
  isStopping = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#ledger = new LedgerWriter(options.ledger);
    this.#left = options.messages;
  }

  async run(): Promise<void> {
    const { connections } = this.#options;
    await Promise.all(Array.from({ length: connections }, (_, index) => this.#connection(index)));
    await this.#ledger.close();
  }

  /** Whether the rate allows one more. */
  #mayStart(): boolean {
    const { perSecond } = this.#options;
    if (perSecond === undefined) return true;
    return this.sent < ((performance.now() - this.#startedAt) / 1000) * perSecond;
  }

  async #connection(connection: number): Promise<void> {
    /** Not answered, in order. */
    let open: OnItsWay[] = [];
    let sequence = 0;
    while (open.length > 0 || (this.#left > 0 && !this.isStopping)) {
      const socket = await this.#connect();
      if (!socket) return;
      const again = open;
      open = [];
      sequence = await this.#talk(connection, socket, again, open, sequence);
    }
  }

  async #connect(): Promise<Socket | undefined> {
    const deadline = performance.now() + 120_000;
    while (performance.now() < deadline) {
      const socket = connect({ host: "127.0.0.1", port: this.#options.port, noDelay: true });
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      if (isOpen) return socket;
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return undefined;
  }

  /** One connection until it ends, whoever ends it. What is unanswered then is left in `open`. */
  #talk(
    connection: number,
    socket: Socket,
    again: OnItsWay[],
    open: OnItsWay[],
    firstSequence: number,
  ): Promise<number> {
    const { window, run, sizeBytes = 0, answerTimeoutMs = 30_000 } = this.#options;
    let sequence = firstSequence;
    let received = Buffer.alloc(0);
    let isClosed = false;
    let repeatLater: OnItsWay[] = [];
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const head = open[0];
        if (head && head.writtenAt > 0 && performance.now() - head.writtenAt > answerTimeoutMs) {
          socket.destroy();
        }
        fill();
      }, 20);
      const write = (each: OnItsWay): void => {
        open.push(each);
        this.sent += each.attempt === 1 ? 1 : 0;
        const { id, sha256, bytes } = each.message;
        this.#ledger.write(
          {
            kind: "sent",
            id,
            sha256,
            connection,
            sequence: each.sequence,
            attempt: each.attempt,
            at: Date.now(),
          },
          () => {
            if (isClosed) return;
            each.writtenAt = performance.now();
            socket.write(Buffer.concat([Buffer.of(VT), bytes, END]));
          },
        );
      };
      const fill = (): void => {
        if (isClosed) return;
        while (open.length < window) {
          const repeated = again.shift();
          if (repeated) {
            repeated.attempt += 1;
            repeated.writtenAt = 0;
            write(repeated);
            continue;
          }
          if (this.#left === 0 || this.isStopping || !this.#mayStart()) break;
          this.#left -= 1;
          const message = loadMessage({ run, connection, sequence, sizeBytes });
          write({ message, sequence: sequence++, attempt: 1, writtenAt: 0 });
        }
        if (open.length === 0 && again.length === 0 && (this.#left === 0 || this.isStopping)) {
          socket.end();
        }
      };
      socket.on("data", (chunk) => {
        received = Buffer.concat([received, chunk]);
        for (;;) {
          const end = received.indexOf(END);
          if (end < 0) break;
          const start = received.indexOf(VT);
          if (start !== 0) this.#violation("L6", "bytes outside of frames in an answer");
          const repeated = this.#answer(received.subarray(start + 1, end).toString("latin1"), open);
          if (repeated) repeatLater.push(repeated);
          received = received.subarray(end + END.length);
        }
        if (repeatLater.length > 0) {
          const later = repeatLater;
          repeatLater = [];
          setTimeout(() => {
            again.unshift(...later);
            fill();
          }, 100);
        }
        fill();
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        isClosed = true;
        clearInterval(timer);
        open.push(...again.splice(0));
        open.sort((a, b) => a.sequence - b.sequence);
        // A server that closes at once must not be asked again without a pause.
        setTimeout(() => resolve(sequence), RETRY_MS);
      });
      fill();
    });
  }

  /** Returns the message if it has to be sent again. */
  #answer(text: string, open: OnItsWay[]): OnItsWay | undefined {
    const msa = /\rMSA\|([A-Z]{2})\|([^|\r]*)/.exec(text);
    const head = open.shift();
    if (!head || !msa) {
      this.#violation("L6", head ? "an answer without MSA" : "an answer that nobody waited for");
      return undefined;
    }
    const [, code = "", id = ""] = msa;
    if (id !== head.message.id) {
      this.#violation("L6", `the answer of ${id} came for ${head.message.id}`);
    }
    const errors = [...text.matchAll(/\rERR\|[^|]*\|[^|]*\|(\d+)/g)].map((match) => match[1] ?? "");
    const afterMs = performance.now() - head.writtenAt;
    this.#ledger.write({
      kind: "answered",
      id: head.message.id,
      attempt: head.attempt,
      code,
      errors,
      at: Date.now(),
      afterMs,
    });
    const isPositive = code === "AA" || code === "CA";
    const repeats = this.#options.repeatUnavailable ?? true;
    if (!isPositive && errors.includes("207") && repeats) return head;
    this.latencies.push(afterMs);
    this.answered += 1;
    return undefined;
  }

  #violation(invariant: string, text: string): void {
    this.#ledger.write({ kind: "violation", invariant, text });
  }
}

if (process.send) {
  let load: Load | undefined;
  const tell = (isOver: boolean, more: Partial<LoadProgress> = {}): void => {
    const { sent = 0, answered = 0 } = load ?? {};
    process.send?.({ sent, answered, isOver, ...more } satisfies LoadProgress);
  };
  process.on("message", (message: { readonly start?: LoadOptions; readonly stop?: true }) => {
    if (message.stop && load) load.isStopping = true;
    if (!message.start) return;
    const own = new Load(message.start);
    load = own;
    const startedAt = performance.now();
    const timer = setInterval(() => tell(false), 20);
    void own.run().then(() => {
      clearInterval(timer);
      tell(true, {
        seconds: (performance.now() - startedAt) / 1000,
        latencies: own.latencies.toSorted((a, b) => a - b),
      });
    });
  });
}
