import { createSocket } from "node:dgram";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";

/** Where messages go. */
export interface SyslogTarget {
  /** `udp`: RFC 5426. `tls`: RFC 5425. `tcp`: the same without encryption (RFC 6587, octet counting). */
  readonly protocol: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
}

export interface SyslogSenderOptions {
  readonly target: SyslogTarget;
  readonly tls?: ConnectionOptions;
  /** Messages that wait for the repository, at most; more are lost, and counted. */
  readonly waitingMax: number;
  readonly retryMs?: number;
  /** Told when the repository cannot be reached, and when it can be again; `code` is the system's. */
  readonly onAway?: (code: string) => void;
  readonly onBack?: () => void;
}

const DEFAULT_PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;

/** `tls://audit.example:6514`; the port may be left out. undefined when it cannot be read. */
export function readSyslogTarget(text: string): SyslogTarget | undefined {
  const match = /^(udp|tcp|tls):\/\/(\[[0-9a-fA-F:]+\]|[^:/\s]+)(?::(\d{1,5}))?$/.exec(text);
  if (!match) return undefined;
  const protocol = match[1] as SyslogTarget["protocol"];
  const port = match[3] === undefined ? DEFAULT_PORTS[protocol] : Number(match[3]);
  if (port < 1 || port > 65_535) return undefined;
  return { protocol, host: (match[2] ?? "").replaceAll(/[[\]]/g, ""), port };
}

/**
 * Sends syslog messages in order, and keeps those that cannot be sent yet.
 *
 * Syslog has no acknowledgments: what the system took before a connection broke may be lost (RFC 5425, section 6), so the
 * last message of a connection is sent again on the next one.
 */
export class SyslogSender {
  readonly #options: SyslogSenderOptions;
  #waiting: string[] = [];
  #lost = 0;
  #isAway = false;
  #isClosed = false;
  #working: Promise<void> | undefined;
  #socket: Socket | undefined;
  /** The last message that was written to a connection. */
  #last: string | undefined;
  #wake = (): void => {};

  constructor(options: SyslogSenderOptions) {
    this.#options = options;
  }

  /** Messages that were dropped because too many waited. */
  get lost(): number {
    return this.#lost;
  }
  get waiting(): number {
    return this.#waiting.length;
  }
  get isAway(): boolean {
    return this.#isAway;
  }

  /** A whole message as RFC 5424 has it. */
  send(message: string): void {
    if (this.#waiting.length >= this.#options.waitingMax) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(message);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const message = this.#waiting[0] as string;
      try {
        await this.#sendNow(message);
        this.#waiting.shift();
        if (this.#isAway) this.#options.onBack?.();
        this.#isAway = false;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "unknown";
        if (!this.#isAway) this.#options.onAway?.(code);
        this.#isAway = true;
        await this.#pause();
      }
    }
    this.#working = undefined;
  }

  async #sendNow(message: string): Promise<void> {
    if (this.#options.target.protocol === "udp") return this.#sendDatagram(message);
    if (!this.#socket?.writable) {
      this.#socket = await this.#connect();
      if (this.#last !== undefined) await write(this.#socket, this.#last);
    }
    await write(this.#socket, message);
    this.#last = message;
  }

  #sendDatagram(message: string): Promise<void> {
    const { host, port } = this.#options.target;
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.send(Buffer.from(message, "utf8"), port, host, (error) => {
        socket.close();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #connect(): Promise<Socket> {
    const { target, tls } = this.#options;
    const { host, port } = target;
    const isTls = target.protocol === "tls";
    return new Promise((resolve, reject) => {
      const socket = isTls ? connectTls({ ...tls, host, port }) : connectTcp({ host, port });
      socket.once("error", reject);
      socket.once(isTls ? "secureConnect" : "connect", () => {
        socket.off("error", reject);
        socket.on("error", () => socket.destroy());
        socket.setKeepAlive(true, 30_000);
        // The other side says nothing; its end has to be noticed all the same.
        socket.resume();
        resolve(socket);
      });
    });
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.retryMs ?? 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What waits is sent if that takes no longer than so many milliseconds. */
  async close(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    if (!this.#isAway) await Promise.race([late, this.#working]);
    clearTimeout(timer);
    this.#isClosed = true;
    this.#wake();
    this.#socket?.end();
    this.#socket?.unref();
  }
}

/** With its length in front of it, as TCP and TLS need it. */
function write(socket: Socket, message: string): Promise<void> {
  const bytes = Buffer.from(message, "utf8");
  return new Promise((resolve, reject) => {
    socket.write(Buffer.concat([Buffer.from(`${bytes.length} `), bytes]), (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
