import { connect } from "node:net";
import type { Socket } from "node:net";
import { parseAck, readHeader } from "#lib/hl7v2";
import { FrameDecoder, encodeFrame } from "#lib/mllp";
import type { MllpEvent } from "#lib/mllp";

/** Why a message has no usable answer; what became of it at the receiver is unknown. */
export class MllpClientError extends Error {
  override readonly name = "MllpClientError";
  readonly code: "MLLP_CONNECT" | "MLLP_TIMEOUT" | "MLLP_CLOSED" | "MLLP_ANSWER_INVALID";

  constructor(code: MllpClientError["code"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

export interface MllpAnswer {
  /** MSA-1, such as AA. */
  readonly code: string;
  /** MSA-2. */
  readonly controlId: string;
  readonly errorCodes: readonly string[];
  /** The whole acknowledgment. */
  readonly bytes: Uint8Array;
}

const ANSWER_BYTES_MAX = 1024 * 1024;
/** An end byte without its carriage return ends the answer when nothing follows for so long. */
const FRAME_END_MS = 200;

interface Waiting {
  resolve(answer: Uint8Array): void;
  reject(error: MllpClientError): void;
}

/**
 * Sends messages over one connection, one at a time.
 *
 * After a time-out the connection is closed: a late answer would be taken for that of the next message.
 * So it is after an answer that names another message (MSA-2), which shows that the two sides are out of step.
 */
export class MllpClient {
  readonly #socket: Socket;
  readonly #answerTimeoutMs: number;
  readonly #decoder = new FrameDecoder({ frameBytesMax: ANSWER_BYTES_MAX, junkBytesMax: 0 });
  #waiting: Waiting | undefined;
  #isClosed = false;

  private constructor(socket: Socket, answerTimeoutMs: number) {
    this.#socket = socket;
    this.#answerTimeoutMs = answerTimeoutMs;
    socket.on("data", (chunk: Uint8Array) => this.#read(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("timeout", () => this.#take(this.#decoder.flush()));
    socket.on("end", () => this.#take(this.#decoder.flush()));
    socket.on("close", () => {
      this.#isClosed = true;
      this.#fail("MLLP_CLOSED", "The connection was closed before the answer");
    });
  }

  /** Rejects with MLLP_CONNECT. Time-outs are in milliseconds. */
  static connect(options: {
    readonly host: string;
    readonly port: number;
    readonly answerTimeoutMs?: number;
  }): Promise<MllpClient> {
    const { host, port } = options;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      socket.once("error", (cause) => {
        const message = `No connection to ${host}:${port}`;
        reject(new MllpClientError("MLLP_CONNECT", message, { cause }));
      });
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        resolve(new MllpClient(socket, options.answerTimeoutMs ?? 30_000));
      });
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The answer to one message. Rejects when there is none in time, or it is no acknowledgment. */
  async send(message: Uint8Array): Promise<MllpAnswer> {
    if (this.#waiting) throw new Error("One message at a time");
    if (this.#isClosed) throw new MllpClientError("MLLP_CLOSED", "The connection is closed");
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail("MLLP_TIMEOUT", `No answer within ${this.#answerTimeoutMs} ms`);
        this.close();
      }, this.#answerTimeoutMs);
      this.#waiting = {
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
    const answer = answerOf(bytes);
    if (isOfAnother(answer, message)) {
      this.close();
      const text = "The answer is that of another message: MSA-2 is not its MSH-10";
      throw new MllpClientError("MLLP_ANSWER_INVALID", text);
    }
    return answer;
  }

  #read(chunk: Uint8Array): void {
    this.#take(this.#decoder.push(chunk));
    this.#socket.setTimeout(this.#decoder.isEnding ? FRAME_END_MS : 0);
  }

  #take(events: Iterable<MllpEvent>): void {
    for (const event of events) {
      if (event.kind !== "frame") {
        this.#fail("MLLP_ANSWER_INVALID", "The answer is not an MLLP block");
        this.close();
        return;
      }
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(event.payload);
    }
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
  try {
    return { ...parseAck(bytes), bytes };
  } catch (cause) {
    const message = "The answer is not an HL7 acknowledgment";
    throw new MllpClientError("MLLP_ANSWER_INVALID", message, { cause });
  }
}

/** An answer without MSA-2 (the message could not be read) is that of the message that waits. */
function isOfAnother({ controlId }: MllpAnswer, message: Uint8Array): boolean {
  const sent = controlIdOf(message);
  return sent !== "" && controlId !== "" && printable(controlId) !== printable(sent);
}

/** MSH-10; "" of something that is not HL7. */
function controlIdOf(message: Uint8Array): string {
  try {
    return readHeader(message).messageControlId;
  } catch {
    return "";
  }
}

/** What both sides can read alike, whatever they take the charset for. */
function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E]/g, "").trim();
}
