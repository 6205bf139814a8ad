import type { Socket } from "node:net";
import { FrameDecoder, encodeFrame } from "#lib/mllp";
import type { MllpEvent } from "#lib/mllp";
import {
  ACK_DEADLINE_MS,
  FRAME_BYTES_MAX,
  FRAME_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  IN_FLIGHT_MAX,
  UNAVAILABLE_REPLY,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { Exchange } from "./exchange.ts";
import type { Admission, Intake } from "./intake.ts";
import { refusals } from "./refusal.ts";

const JUNK_BYTES_MAX = 4096;
/** How long a sender may go on after its frame was refused for its size, before the line is cut. */
const DRAIN_MS = 5000;
/** How long the last answers may take to leave when the task stops. */
const FAREWELL_MS = 500;
/** An end byte without its carriage return ends the frame when nothing follows for so long. */
const FRAME_END_MS = 200;
/** How long after the deadline its NAK may still be sent. */
const NAK_GRACE_MS = 1000;
/** Answers that the sender does not read, in bytes; then the connection is closed. */
const UNREAD_ANSWERS_MAX = 1024 * 1024;

export interface ConnectionOwner {
  readonly config: MllpConfig;
  readonly intake: Intake;
  /** A message to be stored; its exchange is answered later. */
  received(admission: Admission, exchange: Exchange): void;
  /** An exchange that is over, answered or not. */
  released(exchange: Exchange): void;
  closed(connection: Connection): void;
  /** Something odd that nobody lost anything by. */
  warn(code: string, message: string): void;
}

/** An answer that is owed, and the timer of its deadline. */
interface Owed {
  readonly exchange: Exchange;
  readonly deadline: NodeJS.Timeout;
  /** The same deadline by the monotonic clock, in milliseconds. */
  readonly dueAt: number;
  /** The deadline has passed, and the answer says so. */
  isLate: boolean;
}

/** One sender. */
export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #decoder: FrameDecoder;
  /** Received and not answered, in order. */
  readonly #exchanges: Owed[] = [];
  #isHeld = false;
  #isEnding = false;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#decoder = new FrameDecoder({
      frameBytesMax: owner.config[FRAME_BYTES_MAX],
      junkBytesMax: JUNK_BYTES_MAX,
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on("data", (chunk: Uint8Array) => this.#read(chunk));
    socket.on("timeout", () => this.#quiet());
    // A reset by the peer is nothing to report: what it had not been told, it sends again.
    socket.on("error", () => socket.destroy());
    socket.on("end", () => {
      if (!this.#isEnding) this.#endFrame();
      this.#closeWhenAnswered();
    });
    socket.on("close", () => this.#closed());
    this.#watchTime();
  }

  /** One timer for all: a frame that stands still, or ends without CR, and a connection without traffic. */
  #watchTime(): void {
    const { config } = this.#owner;
    const quietMs = this.#decoder.isEnding ? FRAME_END_MS : config[IDLE_TIMEOUT_MS];
    this.#socket.setTimeout(this.#decoder.isInFrame ? config[FRAME_TIMEOUT_MS] : quietMs);
  }

  #endFrame(): void {
    for (const event of this.#decoder.flush()) this.#handle(event);
    this.#watchTime();
  }

  #quiet(): void {
    if (this.#decoder.isEnding) return this.#endFrame();
    if (this.#exchanges.length > 0 && !this.#decoder.isInFrame) return;
    if (this.#decoder.isInFrame) {
      this.#owner.warn("MLLP_FRAME_TIMEOUT", "A frame made no progress; its connection is closed");
    }
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array): void {
    if (this.#isEnding) return;
    // Buffers of sockets come from a pool; a payload that is kept is copied by the decoder.
    for (const event of this.#decoder.push(chunk)) this.#handle(event);
    this.#watchTime();
    this.#hold();
  }

  #handle(event: MllpEvent): void {
    const { intake } = this.#owner;
    const now = Date.now();
    switch (event.kind) {
      case "frame":
        this.#receive(event.payload, intake.admit(event.payload, now));
        break;
      case "fragment":
        this.#receive(event.payload, intake.refuse(event.payload, refusals.cutOff, now));
        break;
      case "oversize":
        this.#owner.warn("MLLP_FRAME_TOO_LARGE", "A frame is over mllp.max.frame.bytes");
        this.#receive(event.head, intake.refuse(event.head, refusals.tooLarge, now));
        this.#isEnding = true;
        break;
      case "junk":
        this.#owner.warn("MLLP_NOT_MLLP", "Bytes that are not MLLP; the connection is closed");
        this.#socket.destroy();
    }
  }

  #receive(payload: Uint8Array, admission: Admission): void {
    const exchange = new Exchange(payload, admission.refusal, () => this.#decided(owed));
    const waitMs = this.#owner.config[ACK_DEADLINE_MS];
    const owed: Owed = {
      exchange,
      deadline: setTimeout(() => this.#late(owed), waitMs),
      dueAt: performance.now() + waitMs,
      isLate: false,
    };
    this.#exchanges.push(owed);
    this.#owner.received(admission, exchange);
  }

  /** The log has not confirmed in time. From here on no AA may go out for this message. */
  #late(owed: Owed): void {
    owed.isLate = true;
    const isOverdue = performance.now() >= owed.dueAt + NAK_GRACE_MS;
    const reply = isOverdue ? "close" : this.#owner.config[UNAVAILABLE_REPLY];
    this.#owner.warn("MLLP_ACK_DEADLINE", `The log did not confirm in time; reply: ${reply}`);
    if (reply === "close") this.#socket.destroy();
    else owed.exchange.notStored(reply as "AE" | "AR");
  }

  /** A process that was suspended may hear of the confirmation before its timers run: the clock decides. */
  #decided(owed: Owed): void {
    if (owed.isLate || performance.now() < owed.dueAt) {
      this.#writeAnswers();
    } else {
      this.#owner.warn("MLLP_ACK_DEADLINE", "An answer came too late; its connection is closed");
      this.#socket.destroy();
    }
  }

  /** Writes the answers at the head of the line: in order of receipt, whatever the log's order was. */
  #writeAnswers(): void {
    while (this.#exchanges[0]?.exchange.answer) {
      const owed = this.#exchanges.shift() as Owed;
      clearTimeout(owed.deadline);
      if (!this.#socket.destroyed) this.#write(encodeFrame(owed.exchange.answer as Uint8Array));
      this.#owner.released(owed.exchange);
    }
    if (this.#socket.writableLength > UNREAD_ANSWERS_MAX) {
      this.#owner.warn("MLLP_ANSWERS_UNREAD", "The sender does not read its answers");
      this.#socket.destroy();
      return;
    }
    if (this.#isEnding) this.#closeWhenAnswered();
    else this.#hold();
  }

  /** Answers of one turn of the event loop leave together: with pipelining, system calls cost the most. */
  #write(frame: Uint8Array): void {
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    this.#socket.write(frame);
  }

  /** Stops reading while too much waits for an answer, and goes on when it does not. */
  #hold(): void {
    const isFull = this.#exchanges.length >= this.#owner.config[IN_FLIGHT_MAX];
    if (isFull) this.#socket.pause();
    else if (!this.#isHeld) this.#socket.resume();
  }

  /** Back-pressure from the task as a whole. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#socket.pause();
    else this.#hold();
  }

  /**
   * Ends the connection after its last answer. What the peer still sends is read and thrown away for a
   * while: closing at once would reset the line, and the answer might be lost with it.
   */
  #closeWhenAnswered(): void {
    this.#isEnding = true;
    if (this.#exchanges.length > 0) return;
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), DRAIN_MS);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Stops reading; the answers that are decided go out, the rest never will. */
  close(): void {
    for (const { deadline } of this.#exchanges) clearTimeout(deadline);
    this.#isEnding = true;
    // A sender that does not read its answers must not keep the task from stopping.
    const timer = setTimeout(() => this.#socket.destroy(), FAREWELL_MS);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.end(() => this.#socket.destroy());
  }

  #closed(): void {
    for (const { exchange, deadline } of this.#exchanges.splice(0)) {
      clearTimeout(deadline);
      this.#owner.released(exchange);
    }
    this.#owner.closed(this);
  }
}
