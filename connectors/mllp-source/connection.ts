import type { Socket } from "node:net";
import { FrameDecoder } from "#lib/mllp";
import type { MllpEvent } from "#lib/mllp";
import { AnswerWriter } from "./answer-writer.ts";
import {
  ACK_DEADLINE_MS,
  CONNECTION_BYTES_MAX,
  FIRST_BYTE_TIMEOUT_MS,
  FRAME_BYTES_MAX,
  FRAME_TIMEOUT_MS,
  FRAMING,
  IDLE_TIMEOUT_MS,
  IN_FLIGHT_MAX,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { Exchange } from "./exchange.ts";
import type { Origin } from "./exchange.ts";
import type { CloseReason } from "./listener-events.ts";
import type { PeerAccount } from "./peers.ts";
import { refusals } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

const JUNK_BYTES_MAX = 4096;
const JUNK_BYTES_AT_START_MAX = 1024;
/** Whoever began with something else than a frame, and stopped, is not MLLP. */
const JUNK_QUIET_MS = 5000;
/** How long a sender may go on after its frame was refused for its size, before the line is cut. */
const DRAIN_MS = 5000;
/** An end byte without its carriage return ends the frame when nothing follows for so long. */
const FRAME_END_MS = 200;
/** A frame gets a second more for so many bytes: a large one on a slow line is not an attack. */
const FRAME_BYTES_PER_SECOND = 64 * 1024;
/** A NAK for a deadline leaves so long before it, because nothing may be written after it. */
const DEADLINE_MARGIN_MS = 250;
/** Answers that the sender does not read, in bytes; then the connection is closed. */
const UNREAD_ANSWERS_MAX = 64 * 1024;

export interface ConnectionOwner {
  readonly config: MllpConfig;
  /**
   * Since when what is read now may have waited in the buffers of the system: a moment ago, or the moment from which
   * the process stood still. Monotonic clock, in milliseconds.
   */
  arrivedSince(): number;
  /** A frame that has to be judged, stored and answered. */
  received(exchange: Exchange): void;
  /** Bytes of unfinished frames and unanswered messages, more or fewer than before. */
  heldBytes(delta: number): void;
  /** The connection has something that a timer must look after, or no more. */
  watch(connection: Connection, isWatched: boolean): void;
  /** An answer was written, or will never be. */
  settled(exchange: Exchange, isWritten: boolean): void;
  closed(connection: Connection, reason: CloseReason, junkBytes: number): void;
}

/** What is read so soon after a connection was accepted may have come before that, in milliseconds. */
const FIRST_READ_MS = 250;
/** A read of so many bytes may not have been the last of what waited. Source: libuv's buffer for a read. */
const READ_BYTES = 65_536;

/** Why nothing is read for now; any of them is enough. */
const FULL = 1;
const HELD = 2;
const RATE = 4;
const SUSPENDED = 8;

/** One sender. */
export class Connection {
  readonly peer: PeerAccount;
  readonly origin: Origin;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #decoder: FrameDecoder;
  readonly #answers: AnswerWriter;
  /** Received and not answered, in order. */
  readonly #exchanges: Exchange[] = [];
  #exchangeBytes = 0;
  #partialBytes = 0;
  #sequence = 0;
  #holds = 0;
  #isWatched = false;
  #isEnding = false;
  #isClosed = false;
  #closeReason: CloseReason = "peer";
  /** Monotonic times in milliseconds. */
  #lastByteAt: number;
  #frameBeganAt = 0;
  #heldSince = 0;
  /** From then on nothing was read, and not all of what came is read yet. */
  #unreadSince: number | undefined;
  readonly #openedAt: number;
  /** Since when the connection may have waited to be accepted. */
  readonly #waitedSince: number;
  /** The earliest time at which the bytes in hand may have come. */
  #arrivedAt = 0;

  constructor(socket: Socket, peer: PeerAccount, origin: Origin, owner: ConnectionOwner) {
    this.peer = peer;
    this.origin = origin;
    this.#socket = socket;
    this.#owner = owner;
    this.#lastByteAt = performance.now();
    // It may have waited in the backlog, with bytes, while the process stood still.
    this.#openedAt = this.#lastByteAt;
    this.#waitedSince = owner.arrivedSince();
    this.#answers = new AnswerWriter(socket, () => this.#destroy("ack-deadline"));
    this.#decoder = new FrameDecoder({
      frameBytesMax: owner.config[FRAME_BYTES_MAX],
      junkBytesMax: JUNK_BYTES_MAX,
      junkBytesAtStartMax: JUNK_BYTES_AT_START_MAX,
      isStrict: owner.config[FRAMING] === "strict",
    });
    socket.on("data", (chunk: Uint8Array) => this.#read(chunk));
    // A reset by the peer is nothing to report: what it had not been told, it sends again.
    socket.on("error", () => socket.destroy());
    socket.on("end", () => {
      if (!this.#isEnding) for (const event of this.#decoder.flush()) this.#handle(event);
      this.#closeWhenAnswered();
    });
    socket.on("close", () => this.#closed());
  }

  /** When the unfinished frame began, on the monotonic clock; undefined between frames. */
  get frameBeganAt(): number | undefined {
    return this.#decoder.isInFrame ? this.#frameBeganAt : undefined;
  }

  #read(chunk: Uint8Array): void {
    if (this.#isEnding) return;
    const now = performance.now();
    this.#lastByteAt = now;
    this.#arrivedAt = Math.min(this.#unreadSince ?? now, this.#owner.arrivedSince());
    if (now - this.#openedAt < FIRST_READ_MS) {
      this.#arrivedAt = Math.min(this.#arrivedAt, this.#waitedSince);
    }
    if (chunk.length < READ_BYTES) this.#unreadSince = undefined;
    this.peer.bytes?.take(chunk.length, now);
    const wasInFrame = this.#decoder.isInFrame;
    const events = this.#decoder.push(chunk);
    for (const event of events) this.#handle(event);
    if (this.#decoder.isInFrame && (!wasInFrame || events.length > 0)) this.#frameBeganAt = now;
    this.#notePartial();
    this.#holdIfFull();
    this.#watchIfNeeded();
  }

  #handle(event: MllpEvent): void {
    switch (event.kind) {
      case "frame":
        this.#receive(event.payload, undefined);
        break;
      case "fragment":
        this.#receive(event.payload, refusals.cutOff);
        break;
      case "oversize":
        this.#receive(event.head, refusals.tooLarge);
        this.#closeReason = "oversize";
        this.#closeWhenAnswered();
        break;
      case "junk":
        this.#destroy("junk");
    }
  }

  #receive(payload: Uint8Array, framing: Refusal | undefined): void {
    const now = performance.now();
    const exchange = new Exchange(
      {
        payload,
        receivedAt: Date.now(),
        // The sender's patience began when it wrote, not when there was time to read.
        dueAt: this.#arrivedAt + this.#owner.config[ACK_DEADLINE_MS],
        sequence: this.#sequence++,
        origin: this.origin,
        framing,
      },
      this.#decided,
    );
    this.#exchanges.push(exchange);
    this.#exchangeBytes += payload.length;
    this.peer.messages?.take(1, now);
    this.#owner.heldBytes(payload.length);
    this.#owner.received(exchange);
  }

  #notePartial(): void {
    const bytes = this.#decoder.partialBytes;
    if (bytes === this.#partialBytes) return;
    this.#owner.heldBytes(bytes - this.#partialBytes);
    this.#partialBytes = bytes;
  }

  /** A frame that may be whole, one that is unfinished, an answer that is owed, a rate to wait for. */
  #watchIfNeeded(): void {
    const isWatched =
      this.#exchanges.length > 0 ||
      this.#answers.isPending ||
      this.#decoder.isInFrame ||
      this.#decoder.isEnding ||
      (this.#holds & RATE) !== 0;
    if (isWatched === this.#isWatched) return;
    this.#isWatched = isWatched;
    this.#owner.watch(this, isWatched);
  }

  /** Called often while the connection is watched. */
  tick(now: number): void {
    if (this.#socket.destroyed) return;
    if (this.#exchanges.length > 0) this.#giveUpLate(now);
    if (this.#answers.isPending) this.#answers.tick(now);
    if (this.#socket.destroyed) return;
    if (this.#decoder.isEnding && now - this.#lastByteAt >= FRAME_END_MS) {
      this.#arrivedAt = this.#lastByteAt;
      for (const event of this.#decoder.flush()) this.#handle(event);
      this.#notePartial();
    }
    if (this.#decoder.isInFrame && this.#holds === 0) {
      const grantedMs = (this.#decoder.partialBytes / FRAME_BYTES_PER_SECOND) * 1000;
      const allowedMs = this.#owner.config[FRAME_TIMEOUT_MS] + grantedMs;
      if (now - this.#frameBeganAt > allowedMs) return this.#destroy("frame-timeout");
    }
    if (this.#holds & RATE && this.#hasRate(now)) this.#release(RATE, now);
    this.#watchIfNeeded();
  }

  /** Called now and then for every connection. */
  tickSlowly(now: number): void {
    if (this.#exchanges.length > 0 || this.#decoder.isInFrame || this.#isEnding) return;
    const { config } = this.#owner;
    const quietMs = now - this.#lastByteAt;
    const firstByteMs = config[FIRST_BYTE_TIMEOUT_MS];
    const idleMs = config[IDLE_TIMEOUT_MS];
    const { hasBegun, junkBytes } = this.#decoder;
    if (!hasBegun && junkBytes > 0 && quietMs > JUNK_QUIET_MS) {
      this.#destroy("junk");
    } else if (!hasBegun && firstByteMs > 0 && quietMs > firstByteMs) {
      this.#destroy("first-byte-timeout");
    } else if (idleMs > 0 && quietMs > idleMs) {
      this.#destroy("idle-timeout");
    }
  }

  /** The log has not confirmed in time: from here on nothing positive may go out for these messages. */
  #giveUpLate(now: number): void {
    const deadlineMs = this.#owner.config[ACK_DEADLINE_MS];
    const margin = Math.min(DEADLINE_MARGIN_MS, deadlineMs / 4);
    for (const exchange of [...this.#exchanges]) {
      if (exchange.isDecided || now < exchange.dueAt - margin) return;
      const reply = exchange.verdict?.replies.unavailable ?? "close";
      if (reply === "close" || now >= exchange.dueAt) return this.#destroy("ack-deadline");
      exchange.notStored(reply, "unavailable");
    }
  }

  readonly #decided = (_exchange: Exchange): void => {
    if (!this.#socket.destroyed) this.#writeAnswers();
  };

  /** Writes the answers at the head of the line: in order of receipt, whatever the log's order was. */
  #writeAnswers(): void {
    const now = performance.now();
    // Of answers before these.
    const isUnread = this.#socket.writableLength > UNREAD_ANSWERS_MAX;
    for (;;) {
      const exchange = this.#exchanges[0];
      const frames = exchange?.answer;
      if (!exchange || !frames) break;
      // Invariant: nothing leaves after its deadline, when the sender may take it for the answer to its
      // next message. A process that was suspended hears of confirmations before its timers run, so the
      // clock decides.
      if (now >= exchange.dueAt && frames.length > 0) return this.#destroy("ack-deadline");
      this.#exchanges.shift();
      for (const frame of frames) this.#answers.write(frame, exchange.dueAt);
      this.#settle(exchange, true);
      // A sender that wants no answer can learn from the end of the connection alone.
      if (exchange.outcome === "unavailable" && frames.length === 0) {
        return this.#destroy("ack-deadline");
      }
    }
    if (isUnread) return this.#destroy("answers-unread");
    if (this.#isEnding) this.#closeWhenAnswered();
    else this.#holdIfFull();
    this.#watchIfNeeded();
  }

  #settle(exchange: Exchange, isWritten: boolean): void {
    this.#exchangeBytes -= exchange.payload.length;
    this.#owner.heldBytes(-exchange.payload.length);
    this.#owner.settled(exchange, isWritten);
  }

  /** Stops reading while too much waits for an answer, and goes on when it does not. */
  #holdIfFull(): void {
    const { config } = this.#owner;
    const now = performance.now();
    const isFull =
      this.#exchanges.length >= config[IN_FLIGHT_MAX] ||
      this.#exchangeBytes >= config[CONNECTION_BYTES_MAX];
    if (isFull) this.#hold(FULL, now);
    else this.#release(FULL, now);
    if (!this.#hasRate(now)) this.#hold(RATE, now);
  }

  #hasRate(now: number): boolean {
    const { messages, bytes } = this.peer;
    return (messages?.hasAny(now) ?? true) && (bytes?.hasAny(now) ?? true);
  }

  /** Back-pressure from the task as a whole. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#hold(HELD, performance.now());
    else this.#release(HELD, performance.now());
  }

  /** The task takes nothing for now: it is paused, or about to stop. */
  suspend(isSuspended: boolean): void {
    if (isSuspended) this.#hold(SUSPENDED, performance.now());
    else this.#release(SUSPENDED, performance.now());
  }

  #hold(reason: number, now: number): void {
    if (this.#holds === 0) {
      this.#socket.pause();
      this.#heldSince = now;
    }
    this.#holds |= reason;
  }

  #release(reason: number, now: number): void {
    if ((this.#holds & reason) === 0) return;
    this.#holds &= ~reason;
    if (this.#holds !== 0 || this.#socket.destroyed) return;
    // The time in which nothing was read is not the sender's fault.
    this.#frameBeganAt += now - this.#heldSince;
    this.#unreadSince ??= this.#heldSince;
    this.#socket.resume();
  }

  /**
   * Ends the connection after its last answer. What the peer still sends is read and thrown away for a
   * while: closing at once would reset the line, and the answer might be lost with it.
   */
  #closeWhenAnswered(): void {
    this.#isEnding = true;
    if (this.#exchanges.length > 0 || this.#socket.writableEnded) return;
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), DRAIN_MS);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Stops reading; the answers that are decided go out within that time, the rest never will. */
  close(drainMs: number): void {
    this.#isEnding = true;
    this.#closeReason = "stop";
    this.#hold(HELD, performance.now());
    // A sender that does not read its answers must not keep the task from stopping.
    const timer = setTimeout(() => this.#socket.destroy(), drainMs);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.end(() => this.#socket.destroy());
  }

  #destroy(reason: CloseReason): void {
    this.#closeReason = reason;
    this.#socket.destroy();
    for (const exchange of this.#exchanges) exchange.abandoned();
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const exchange of this.#exchanges.splice(0)) this.#settle(exchange, false);
    this.#owner.heldBytes(-this.#partialBytes);
    this.#partialBytes = 0;
    if (this.#isWatched) this.#owner.watch(this, false);
    this.#isWatched = false;
    this.#owner.closed(this, this.#closeReason, this.#decoder.junkBytes);
  }
}
