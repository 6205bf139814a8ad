import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { parseAck, readHeader } from "#lib/hl7v2";
import { FrameDecoder, encodeFrame } from "#lib/mllp";
import type { MllpEvent } from "#lib/mllp";

/** Why a message has no usable answer; what became of it at the receiver is unknown, but for MLLP_CONNECT. */
export class MllpClientError extends Error {
  override readonly name = "MllpClientError";
  readonly code: "MLLP_CONNECT" | "MLLP_TIMEOUT" | "MLLP_CLOSED" | "MLLP_ANSWER_INVALID";

  constructor(code: MllpClientError["code"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

export interface MllpAnswer {
  /** MSA-1, such as AA; CA or CE for the commit block of MLLP release 2 (06 or 15). */
  readonly code: string;
  /** MSA-2. */
  readonly controlId: string;
  readonly errorCodes: readonly string[];
  /** The whole acknowledgment. */
  readonly bytes: Uint8Array;
}

export interface MllpClientOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds; default 30,000. */
  readonly answerTimeoutMs?: number;
  /** For the connection and its TLS handshake, in milliseconds; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Speak TLS, with these options. */
  readonly tls?: ConnectionOptions;
  /** Whether an AA or CA that names no message counts for the one that waits. Default true. */
  readonly acceptsUnnamed?: boolean;
  /** Told of an answer to a message that had its answer before. */
  readonly onStray?: (answer: MllpAnswer) => void;
}

const ANSWER_BYTES_MAX = 1024 * 1024;
/** An end byte without its carriage return ends the answer when nothing follows for so long. */
const FRAME_END_MS = 200;
/** Ids of the messages of this connection that are remembered, to know their answers when they come twice. */
const FORMER_IDS_MAX = 1000;
/** What MLLP release 2 answers in place of a message. Source: HL7 "Transport Specification: MLLP, Release 2". */
const COMMIT_ACCEPT = 0x06;
const COMMIT_ERROR = 0x15;

interface Waiting {
  readonly controlId: string;
  resolve(answer: MllpAnswer): void;
  reject(error: MllpClientError): void;
}

/**
 * Sends messages over one connection, one at a time.
 *
 * After a time-out the connection is closed: a late answer would be taken for that of the next message.
 * So it is after an answer that names a message which was never sent here (MSA-2): the two sides are out of step.
 * A second answer to a former message is passed over.
 */
export class MllpClient {
  readonly #socket: Socket;
  readonly #options: MllpClientOptions;
  readonly #answerTimeoutMs: number;
  readonly #decoder = new FrameDecoder({ frameBytesMax: ANSWER_BYTES_MAX, junkBytesMax: 0 });
  readonly #formerIds = new Set<string>();
  #waiting: Waiting | undefined;
  #isClosed = false;

  private constructor(socket: Socket, options: MllpClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#answerTimeoutMs = options.answerTimeoutMs ?? 30_000;
    socket.on("data", (chunk: Uint8Array) => this.#read(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("timeout", () => this.#take(this.#decoder.flush()));
    socket.on("end", () => this.#take(this.#decoder.flush()));
    socket.on("close", () => {
      this.#isClosed = true;
      this.#fail("MLLP_CLOSED", "The connection was closed before the answer");
    });
  }

  /** Rejects with MLLP_CONNECT, also when the certificate does not hold. */
  static connect(options: MllpClientOptions): Promise<MllpClient> {
    const { host, port, tls, connectTimeoutMs = 10_000 } = options;
    return new Promise((resolve, reject) => {
      const socket = tls ? connectTls({ ...tls, host, port }) : connectTcp({ host, port });
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 30_000);
      const timer = setTimeout(() => {
        socket.destroy(Object.assign(new Error("no connection in time"), { code: "ETIMEDOUT" }));
      }, connectTimeoutMs);
      socket.once("error", (cause: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        socket.destroy();
        const message = `No connection to ${host}:${port}`;
        reject(new MllpClientError("MLLP_CONNECT", message, { cause }));
      });
      socket.once(tls ? "secureConnect" : "connect", () => {
        clearTimeout(timer);
        socket.removeAllListeners("error");
        resolve(new MllpClient(socket, options));
      });
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether a message of this id was sent here before: an answer would not say which of them it is for. */
  hasSent(controlId: string): boolean {
    return this.#formerIds.has(nameOf(controlId));
  }

  /** The answer to one message. Rejects when there is none in time, or it is no acknowledgment. */
  async send(message: Uint8Array): Promise<MllpAnswer> {
    if (this.#waiting) throw new Error("One message at a time");
    if (this.#isClosed) throw new MllpClientError("MLLP_CLOSED", "The connection is closed");
    const controlId = controlIdOf(message);
    this.#remember(controlId);
    return new Promise<MllpAnswer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail("MLLP_TIMEOUT", `No answer within ${this.#answerTimeoutMs} ms`);
        this.close();
      }, this.#answerTimeoutMs);
      this.#waiting = {
        controlId,
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#socket.write(encodeFrame(message));
    });
  }

  #remember(controlId: string): void {
    this.#formerIds.add(nameOf(controlId));
    if (this.#formerIds.size <= FORMER_IDS_MAX) return;
    for (const oldest of this.#formerIds) {
      this.#formerIds.delete(oldest);
      return;
    }
  }

  #read(chunk: Uint8Array): void {
    this.#take(this.#decoder.push(chunk));
    this.#socket.setTimeout(this.#decoder.isEnding ? FRAME_END_MS : 0);
  }

  #take(events: Iterable<MllpEvent>): void {
    for (const event of events) {
      if (event.kind !== "frame") return this.#refuse("The answer is not an MLLP block");
      this.#answered(event.payload);
      if (this.#isClosed) return;
    }
  }

  #answered(payload: Uint8Array): void {
    let answer: MllpAnswer;
    try {
      answer = answerOf(payload);
    } catch {
      return this.#refuse("The answer is not an HL7 acknowledgment");
    }
    const waiting = this.#waiting;
    if (waiting && this.#isFor(waiting.controlId, answer)) {
      this.#waiting = undefined;
      return waiting.resolve(answer);
    }
    const isFormer = answer.controlId !== "" && this.#formerIds.has(nameOf(answer.controlId));
    if (isFormer) return this.#options.onStray?.(answer);
    this.#refuse("The answer is that of another message: MSA-2 is not its MSH-10");
  }

  /**
   * An answer without MSA-2 is that of the message that waits, if it refuses it (it could not be read) or if
   * the message has no id either; whether it may say that it was taken is the caller's choice.
   *
   * Some receivers give back the first component of the id alone, and without blanks around it.
   */
  #isFor(sent: string, { code, controlId }: MllpAnswer): boolean {
    if (controlId === "") {
      const isRefusal = code.endsWith("E") || code.endsWith("R");
      return isRefusal || sent === "" || (this.#options.acceptsUnnamed ?? true);
    }
    const [own, named] = [nameOf(sent), nameOf(controlId)];
    return named === own || named === (own.split("^")[0] ?? "").trim();
  }

  #refuse(message: string): void {
    this.#fail("MLLP_ANSWER_INVALID", message);
    this.close();
  }

  #fail(code: MllpClientError["code"], message: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new MllpClientError(code, message));
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }
}

function answerOf(bytes: Uint8Array): MllpAnswer {
  if (bytes.length === 1 && (bytes[0] === COMMIT_ACCEPT || bytes[0] === COMMIT_ERROR)) {
    const code = bytes[0] === COMMIT_ACCEPT ? "CA" : "CE";
    return { code, controlId: "", errorCodes: [], bytes };
  }
  return { ...parseAck(bytes), bytes };
}

/** MSH-10; "" of something that is not HL7. */
function controlIdOf(message: Uint8Array): string {
  try {
    return readHeader(message).messageControlId;
  } catch {
    return "";
  }
}

/** What both sides can read alike of an id, whatever they take the charset for. */
function nameOf(controlId: string): string {
  return controlId.replaceAll(/[^\u0020-\u007E]/g, "").trim();
}
