import { connect } from "node:net";
import type { Socket } from "node:net";
import { parseAck } from "#lib/hl7v2";
import { FrameDecoder, encodeFrame } from "#lib/mllp";

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

interface Waiting {
  resolve(answer: Uint8Array): void;
  reject(error: MllpClientError): void;
}

/**
 * Sends messages over one connection, one at a time.
 *
 * After a time-out the connection is closed: a late answer would be taken for that of the next message.
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
    return answerOf(bytes);
  }

  #read(chunk: Uint8Array): void {
    for (const event of this.#decoder.push(chunk)) {
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
