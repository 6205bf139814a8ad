import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A sender of its own, so that a fault of the product's MLLP code cannot hide itself: it writes one
 * frame, waits for its answer, and notes what it was told.
 */
export interface Sent {
  readonly controlId: string;
  readonly payload: Uint8Array;
  /** MSA-1 of the answer; undefined when the connection ended without one. */
  code: string | undefined;
  /** The whole answer. */
  answer: string | undefined;
}

const VT = 0x0b;
const END = Buffer.from([0x1c, 0x0d]);

export function frame(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([VT]), payload, END]);
}

/** MSH-10, read the plain way: the tests' messages use `|`; others are known by their place in the list. */
export function controlIdOf(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString("latin1");
  const start = text.indexOf("MSH");
  return start < 0
    ? ""
    : (text
        .slice(start)
        .split(/[\r\n]/)[0]
        ?.split(text[start + 3] ?? "|")[9] ?? "");
}

export interface SendOptions {
  readonly connections: number;
  readonly answerTimeoutMs?: number;
  /** Called after each answer, for progress and for faults at a chosen moment. */
  readonly onAnswer?: (answered: number) => void;
  /** Connect again after a lost connection and go on with the next message. Default true. */
  readonly reconnect?: boolean;
  readonly signal?: AbortSignal;
  /**
   * Waited for before each connection after the first: until a killed process is gone, its port still takes
   * connections that nobody will ever answer.
   */
  readonly beforeReconnect?: () => Promise<unknown>;
}

/** Sends every payload once, over the given number of connections; never sends one again. */
export async function sendAll(
  address: { readonly port: number; readonly host?: string },
  payloads: readonly Uint8Array[],
  options: SendOptions,
): Promise<Sent[]> {
  const sent: Sent[] = payloads.map((payload) => ({
    controlId: controlIdOf(payload),
    payload,
    code: undefined,
    answer: undefined,
  }));
  let next = 0;
  let answered = 0;
  const work = async (): Promise<void> => {
    let wire: Wire | undefined;
    while (next < sent.length && !options.signal?.aborted) {
      wire ??= await open(address, options);
      if (!wire) return;
      const entry = sent[next++] as Sent;
      const answer = await wire.exchange(frame(entry.payload), options.answerTimeoutMs ?? 30_000);
      if (answer === undefined) {
        wire.end();
        wire = undefined;
        if (options.reconnect === false) return;
        await options.beforeReconnect?.();
        continue;
      }
      entry.answer = answer;
      entry.code = /[\r\n]MSA.(\w\w)/.exec(answer)?.[1];
      options.onAnswer?.(++answered);
    }
    wire?.end();
  };
  await Promise.all(Array.from({ length: options.connections }, work));
  return sent;
}

interface Wire {
  /** The answer to one frame; undefined when none came. */
  exchange(bytes: Buffer, timeoutMs: number): Promise<string | undefined>;
  end(): void;
}

/** Tries for 20 s to connect, because a worker that was killed takes a moment to come back. */
async function open(
  address: { readonly port: number; readonly host?: string },
  options: SendOptions,
): Promise<Wire | undefined> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline && !options.signal?.aborted) {
    const socket = connect({ host: "127.0.0.1", ...address, noDelay: true });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return wireOf(socket);
    socket.destroy();
    await delay(100);
  }
  return undefined;
}

function wireOf(socket: Socket): Wire {
  let received = Buffer.alloc(0);
  let isClosed = false;
  let wake = (): void => {};
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    wake();
  });
  return {
    async exchange(bytes, timeoutMs) {
      socket.write(bytes);
      const timer = setTimeout(() => socket.destroy(), timeoutMs);
      try {
        for (;;) {
          const end = received.indexOf(END);
          if (end >= 0) {
            const answer = received.subarray(received.indexOf(VT) + 1, end).toString("utf8");
            received = received.subarray(end + END.length);
            return answer;
          }
          if (isClosed) return undefined;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        clearTimeout(timer);
      }
    },
    end: () => socket.destroy(),
  };
}
