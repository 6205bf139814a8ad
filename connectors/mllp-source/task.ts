import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { ConnectError, SourceTask } from "#connect-api";
import type { NotStoredReason, Props, RecordMetadata, SourceRecord } from "#connect-api";
import {
  BATCH_MAX,
  BIND_ADDRESS,
  CONNECTIONS_MAX,
  IN_FLIGHT_BYTES_MAX,
  PORT,
  configDef,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOwner } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import { Intake } from "./intake.ts";

/** The listener: takes messages from connections, hands them to the worker, and answers when they are stored. */
export class MllpSourceTask extends SourceTask {
  readonly version = "1.0.0";
  #config: MllpConfig | undefined;
  #server: Server | undefined;
  readonly #connections = new Set<Connection>();
  #received: SourceRecord[] = [];
  readonly #waitingByRecord = new Map<SourceRecord, Exchange>();
  #bytesInFlight = 0;
  #isHeld = false;
  #wake: (() => void) | undefined;

  async start(props: Props): Promise<void> {
    const config = configDef.parse(props);
    this.#config = config;
    const owner = this.#owner(config);
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.#accept(socket, owner),
    );
    this.#server = server;
    await listen(server, config[BIND_ADDRESS], config[PORT]);
    server.on("error", (error: NodeJS.ErrnoException) =>
      this.context.log.error({ code: error.code ?? "MLLP_LISTENER" }, "The listener has a problem"),
    );
  }

  /** The port that is listened on: the one of the config, or the free one that 0 took. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  #owner(config: MllpConfig): ConnectionOwner {
    return {
      config,
      intake: new Intake(config),
      received: ({ record }, exchange) => {
        this.#bytesInFlight += exchange.payload.length;
        this.#waitingByRecord.set(record, exchange);
        this.#received.push(record);
        this.#holdIfFull();
        this.#wake?.();
      },
      released: (exchange) => {
        this.#bytesInFlight -= exchange.payload.length;
        this.#holdIfFull();
      },
      closed: (connection) => this.#connections.delete(connection),
      warn: (code, message) => this.context.log.warn({ code }, message),
    };
  }

  #accept(socket: Socket, owner: ConnectionOwner): void {
    if (this.#connections.size >= owner.config[CONNECTIONS_MAX]) {
      this.context.log.warn({ code: "MLLP_TOO_MANY_CONNECTIONS" }, "One more sender was refused");
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, owner);
    this.#connections.add(connection);
    if (this.#isHeld) connection.hold(true);
  }

  /** No more is read from anybody while too many bytes wait for the log. */
  #holdIfFull(): void {
    const isFull = this.#bytesInFlight >= (this.#config as MllpConfig)[IN_FLIGHT_BYTES_MAX];
    if (isFull === this.#isHeld) return;
    this.#isHeld = isFull;
    for (const connection of this.#connections) connection.hold(isFull);
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[]> {
    if (this.#received.length === 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      this.#wake = wake;
      signal.addEventListener("abort", wake, { once: true });
      await promise;
      // The signal may outlive this poll, and would collect a listener of each.
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
    }
    return this.#received.splice(0, (this.#config as MllpConfig)[BATCH_MAX]);
  }

  override commitRecord(
    record: SourceRecord,
    metadata: RecordMetadata | null,
    reason?: NotStoredReason,
  ): void {
    const exchange = this.#waitingByRecord.get(record);
    this.#waitingByRecord.delete(record);
    // Invariant: an answer that says the message is safe goes out only with the log's confirmation.
    if (metadata) exchange?.confirmed();
    else if (reason === "FILTERED") exchange?.dropped();
    else exchange?.notStored("AE");
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const connection of this.#connections) connection.close();
    this.#waitingByRecord.clear();
    this.#received = [];
    this.#wake?.();
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE"
          ? "the port is in use; stop what uses it or set another mllp.port, then restart the task"
          : `the system answered ${cause.code}; check mllp.bind.address and mllp.port`;
      const message = `MLLP cannot listen on ${host}:${port}: ${why}`;
      reject(new ConnectError("MLLP_LISTEN_FAILED", message, { cause }));
    });
    server.listen({ host, port, backlog: 511 }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}
