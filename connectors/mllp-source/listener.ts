import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Server as TlsServer, TLSSocket } from "node:tls";
import {
  BIND_ADDRESS,
  CONNECTIONS_MAX,
  DRAIN_TIMEOUT_MS,
  IN_FLIGHT_BYTES_MAX,
  PORT,
  TLS_HANDSHAKES_PER_SECOND,
  TLS_IDENTITIES,
  TLS_TIMEOUT_MS,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOwner } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import type { CloseReason, ListenerEvents } from "./listener-events.ts";
import { Peers, plainAddress } from "./peers.ts";
import type { PeerAccount } from "./peers.ts";
import { readProxyHeader } from "./proxy-header.ts";
import { isTls, tlsFilesVersion, tlsOptions } from "./tls-context.ts";
import { TlsIdentities } from "./tls-identity.ts";
import { TokenBucket } from "./token-bucket.ts";

const TICK_MS = 50;
const SLOW_TICK_MS = 1000;
/**
 * Connections that wait to be taken; the system has a limit of its own (`net.core.somaxconn`). With fewer, a storm of senders
 * overflows it, and Linux then forgets connections which their senders believe to have, until they send something.
 */
const BACKLOG = 65_535;
/** Connections whose TLS handshake may wait for its turn; one more is closed. */
const WAITING_HANDSHAKES_MAX = 2000;

/** A socket whose address is known and may connect. */
interface Accepted {
  readonly socket: Socket;
  readonly account: PeerAccount;
}

/** Takes connections, as far as each is allowed, and looks after their time and memory. */
export class Listener {
  readonly #config: MllpConfig;
  readonly #events: ListenerEvents;
  readonly #onMessage: (exchange: Exchange) => void;
  readonly #onSettled: (exchange: Exchange, isWritten: boolean) => void;
  readonly #peers: Peers;
  readonly #identities: TlsIdentities;
  readonly #owner: ConnectionOwner;
  readonly #connections = new Set<Connection>();
  readonly #watched = new Set<Connection>();
  /** Sockets that are open, whether they are connections already or not. */
  readonly #sockets = new Set<Socket>();
  /** Those that are not: they have shown no certificate, or not all of a PROXY header. */
  readonly #strangers = new Set<Socket>();
  /** Sockets under TLS, and who is at the other end. */
  readonly #underTls = new Map<string, Accepted>();
  readonly #handshakes: TokenBucket | undefined;
  readonly #waitingHandshakes: Accepted[] = [];
  #server: Server | undefined;
  #tls: TlsServer | undefined;
  #tlsVersion = "";
  #heldBytes = 0;
  #isHeld = false;
  #isSuspended = false;
  #closing: Promise<void> | undefined;
  /** The one connection that may finish its frame while all others are held. */
  #guest: Connection | undefined;
  #timers: NodeJS.Timeout[] = [];
  /** Monotonic clock, in milliseconds. */
  #lastTickAt = performance.now();
  #tickBeforeAt = this.#lastTickAt;

  /** Throws ConfigError for settings that cannot be used. */
  constructor(
    config: MllpConfig,
    events: ListenerEvents,
    onMessage: (exchange: Exchange) => void,
    onSettled: (exchange: Exchange, isWritten: boolean) => void,
  ) {
    this.#config = config;
    this.#events = events;
    this.#onMessage = onMessage;
    this.#onSettled = onSettled;
    this.#peers = new Peers(config);
    this.#identities = new TlsIdentities(config[TLS_IDENTITIES]);
    const rate = config[TLS_HANDSHAKES_PER_SECOND];
    this.#handshakes = rate === 0 ? undefined : new TokenBucket(rate, 1, performance.now());
    this.#owner = this.#makeOwner();
    if (isTls(config)) this.#tls = this.#makeTlsServer();
  }

  /** The port that is listened on: the one of the config, or the free one that 0 took. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address ? address.port : 0;
  }
  get connectionCount(): number {
    return this.#connections.size;
  }
  get heldBytes(): number {
    return this.#heldBytes;
  }
  get isHeld(): boolean {
    return this.#isHeld;
  }
  get peerCount(): number {
    return this.#peers.size;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Rejects with the system's error when the port cannot be had. Also after `suspend`. */
  async open(): Promise<void> {
    const server = createServer({
      noDelay: true,
      allowHalfOpen: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(
        { host: this.#config[BIND_ADDRESS], port: this.#config[PORT], backlog: BACKLOG },
        () => {
          server.off("error", reject);
          resolve();
        },
      );
    });
    this.#server = server;
    server.on("connection", (socket) => this.#accept(socket));
    server.on("error", () => {
      // Out of file descriptors: what waits is accepted when one is free.
    });
    this.#isSuspended = false;
    this.#lastTickAt = performance.now();
    this.#tickBeforeAt = this.#lastTickAt;
    for (const connection of this.#connections) connection.suspend(false);
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [
      setInterval(() => this.#tick(), TICK_MS),
      setInterval(() => this.#tickSlowly(), SLOW_TICK_MS),
    ];
    this.#events.listening(this.#config[BIND_ADDRESS], this.port);
  }

  #makeOwner(): ConnectionOwner {
    return {
      config: this.#config,
      // What waited while the process stood still is read before its overdue tick runs, or after it and before the next
      // one. So the last tick but one is early enough; while nothing stands still that is a tenth of a second.
      arrivedSince: () => this.#tickBeforeAt,
      received: this.#onMessage,
      settled: this.#onSettled,
      heldBytes: (delta) => {
        this.#heldBytes += delta;
        this.#holdIfFull();
      },
      watch: (connection, isWatched) => {
        if (isWatched) this.#watched.add(connection);
        else this.#watched.delete(connection);
      },
      closed: (connection, reason, junkBytes) => this.#closed(connection, reason, junkBytes),
    };
  }

  #accept(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    this.#sockets.add(socket);
    this.#strangers.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#strangers.delete(socket);
    });
    socket.on("error", () => socket.destroy());
    if (this.#sockets.size > this.#config[CONNECTIONS_MAX]) {
      this.#events.refused("too-many", address);
      socket.destroy();
    } else if (this.#peers.isProxy(address)) {
      this.#readProxyHeader(socket, address);
    } else {
      this.#admit(socket, address);
    }
  }

  /** Invariant: only a listed proxy may say who the sender is; anybody else is who it is. */
  #readProxyHeader(socket: Socket, proxy: string): void {
    let received = Buffer.alloc(0);
    const refuse = (): void => {
      this.#events.refused("proxy-header", proxy);
      socket.destroy();
    };
    const timer = setTimeout(refuse, this.#config[TLS_TIMEOUT_MS]);
    socket.once("close", () => clearTimeout(timer));
    const read = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const header = readProxyHeader(received);
      if (header.kind === "incomplete") return;
      socket.off("data", read);
      clearTimeout(timer);
      if (header.kind === "invalid") return refuse();
      socket.pause();
      const rest = received.subarray(header.length);
      if (rest.length > 0) socket.unshift(rest);
      this.#admit(socket, plainAddress(header.address ?? proxy));
    };
    socket.on("data", read);
  }

  #admit(socket: Socket, address: string): void {
    const refuse = (reason: "not-allowed" | "too-many-of-peer" | "tls-too-many"): void => {
      this.#events.refused(reason, address);
      socket.destroy();
    };
    if (!this.#peers.isAllowed(address)) return refuse("not-allowed");
    const account = this.#peers.enter(address, performance.now());
    if (!account) return refuse("too-many-of-peer");
    socket.once("close", () => this.#peers.leave(account));
    if (!this.#tls) {
      this.#strangers.delete(socket);
      return this.#connect(socket, account, undefined);
    }
    if (this.#waitingHandshakes.length >= WAITING_HANDSHAKES_MAX) return refuse("tls-too-many");
    this.#waitingHandshakes.push({ socket, account });
    this.#startHandshakes();
  }

  #startHandshakes(): void {
    while (this.#waitingHandshakes.length > 0) {
      const now = performance.now();
      if (this.#handshakes && !this.#handshakes.hasAny(now)) return;
      this.#handshakes?.take(1, now);
      const waiting = this.#waitingHandshakes.shift() as Accepted;
      const { socket } = waiting;
      if (socket.destroyed) continue;
      const name = nameOf(socket);
      this.#underTls.set(name, waiting);
      socket.once("close", () => this.#underTls.delete(name));
      this.#tls?.emit("connection", socket);
    }
  }

  #makeTlsServer(): TlsServer {
    this.#tlsVersion = tlsFilesVersion(this.#config);
    const server = createTlsServer({
      ...tlsOptions(this.#config),
      handshakeTimeout: this.#config[TLS_TIMEOUT_MS],
      allowHalfOpen: true,
    } as Parameters<typeof createTlsServer>[0]);
    server.on("secureConnection", (socket) => {
      const under = this.#underTls.get(nameOf(socket));
      if (!under) return void socket.destroy();
      this.#strangers.delete(under.socket);
      this.#connect(socket, under.account, socket);
    });
    server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
      const under = this.#underTls.get(nameOf(socket));
      const address = under?.account.address ?? plainAddress(socket.remoteAddress);
      const isLate = error.code === "ERR_TLS_HANDSHAKE_TIMEOUT";
      this.#events.refused(isLate ? "tls-timeout" : "tls", address, error.code ?? "unknown");
      socket.destroy();
    });
    return server;
  }

  /** New certificates hold for new connections; those that are open go on with theirs. */
  #reloadTls(): void {
    const version = tlsFilesVersion(this.#config);
    if (version === this.#tlsVersion) return;
    this.#tlsVersion = version;
    try {
      this.#tls?.setSecureContext(tlsOptions(this.#config));
      this.#events.certificateReloaded();
    } catch (error) {
      // Half of a pair may have been replaced: the old one stays in use until both fit.
      this.#events.certificateUnusable((error as { code?: string }).code ?? "unknown");
    }
  }

  #connect(socket: Socket, account: PeerAccount, tls: TLSSocket | undefined): void {
    const certificate = tls?.authorized ? tls.getPeerCertificate() : undefined;
    const origin = this.#identities.origin(account.address, certificate);
    const connection = new Connection(socket, account, origin, this.#owner);
    this.#connections.add(connection);
    this.#events.connected(account.address, origin.identity);
    if (this.#isHeld) connection.hold(true);
    if (this.#isSuspended) connection.suspend(true);
    if (!this.#isHeld && !this.#isSuspended) socket.resume();
  }

  #closed(connection: Connection, reason: CloseReason, junkBytes: number): void {
    this.#connections.delete(connection);
    if (this.#guest === connection) this.#guest = undefined;
    this.#events.disconnected(connection.origin.address, reason, junkBytes);
  }

  /** No more is read from anybody while too many bytes wait for the log. */
  #holdIfFull(): void {
    const isFull = this.#heldBytes >= this.#config[IN_FLIGHT_BYTES_MAX];
    if (isFull === this.#isHeld) return;
    this.#isHeld = isFull;
    this.#guest = undefined;
    for (const connection of this.#connections) connection.hold(isFull);
  }

  /** Unfinished frames alone may have filled the memory: the oldest of them may go on, so that it ends. */
  #letOneThrough(): void {
    if (this.#guest?.frameBeganAt !== undefined) return;
    this.#guest?.hold(true);
    this.#guest = undefined;
    let oldest: Connection | undefined;
    for (const connection of this.#watched) {
      const beganAt = connection.frameBeganAt;
      if (beganAt !== undefined && beganAt < (oldest?.frameBeganAt ?? Infinity))
        oldest = connection;
    }
    this.#guest = oldest;
    oldest?.hold(false);
  }

  #tick(): void {
    const now = performance.now();
    this.#tickBeforeAt = this.#lastTickAt;
    this.#lastTickAt = now;
    for (const connection of this.#watched) connection.tick(now);
    if (this.#isHeld) this.#letOneThrough();
    if (this.#waitingHandshakes.length > 0) this.#startHandshakes();
  }

  #tickSlowly(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.tickSlowly(now);
    if (this.#tls) this.#reloadTls();
  }

  /**
   * Takes no more connections and reads no more, until `open` is called again. New senders are refused, not
   * left hanging; those that are connected get their answers.
   */
  suspend(): void {
    if (this.#isSuspended) return;
    this.#isSuspended = true;
    const server = this.#server;
    this.#server = undefined;
    if (server) this.#closing = new Promise((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections) connection.suspend(true);
  }

  /** What is decided is answered, and everything is closed. */
  async close(): Promise<void> {
    this.suspend();
    for (const connection of this.#connections) connection.close(this.#config[DRAIN_TIMEOUT_MS]);
    // What is no connection yet has nothing to be answered.
    for (const socket of this.#strangers) socket.destroy();
    await this.#closing;
    for (const timer of this.#timers) clearInterval(timer);
  }
}

/** A TLS socket and the socket under it share these, and no two open ones do. */
function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
