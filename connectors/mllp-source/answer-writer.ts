import type { Socket } from "node:net";

/**
 * Writes answers, none after its deadline: its sender may take a late one for that of its next message.
 *
 * Answers of one turn of the event loop leave together, because with pipelining system calls cost the most. The
 * clock is asked once more right before they leave: a process may have been suspended since they were decided. What
 * remains are the microseconds between that look at the clock and the system call.
 */
export class AnswerWriter {
  readonly #socket: Socket;
  readonly #onLate: () => void;
  /** The earliest deadline of what the system has not taken yet, on the monotonic clock. */
  #dueAt = Infinity;

  /** `onLate` has to destroy the socket, and with it what was not sent. */
  constructor(socket: Socket, onLate: () => void) {
    this.#socket = socket;
    this.#onLate = onLate;
  }

  /** Whether anything has not left yet, as far as is known. */
  get isPending(): boolean {
    return this.#dueAt !== Infinity;
  }

  write(frame: Uint8Array, dueAt: number): void {
    this.#dueAt = Math.min(this.#dueAt, dueAt);
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#send());
    }
    this.#socket.write(frame);
  }

  #send(): void {
    if (performance.now() >= this.#dueAt) return this.#onLate();
    this.#socket.uncork();
    if (this.#socket.writableLength === 0) this.#dueAt = Infinity;
  }

  /** Called often while something is pending: a sender that reads slowly may keep answers waiting. */
  tick(now: number): void {
    if (this.#socket.writableLength === 0) this.#dueAt = Infinity;
    else if (now >= this.#dueAt) this.#onLate();
  }
}
