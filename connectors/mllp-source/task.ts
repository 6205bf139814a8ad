import { hash } from "node:crypto";
import { ConnectError, SourceTask } from "#connect-api";
import type {
  NotStoredReason,
  Props,
  RecordMetadata,
  SourcePartition,
  SourceRecord,
} from "#connect-api";
import { AuditSyslog } from "./audit-syslog.ts";
import { AuditTrail } from "./audit.ts";
import {
  AUDIT_SYSLOG,
  AUDIT_TOPIC,
  BATCH_MAX,
  BIND_ADDRESS,
  DUPLICATES,
  DUPLICATES_WINDOW,
  FILTERED_REPLY,
  IN_FLIGHT_MAX,
  LISTEN_RETRY_MS,
  PATIENT_ID_AUTHORITIES,
  PATIENT_ID_TYPES,
  PORT,
  RECORD_TIMESTAMP,
  RECORD_TIMESTAMP_BOUND_MS,
  configDef,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import type { Exchange } from "./exchange.ts";
import type { NegativeCode } from "./ack-mode.ts";
import { Intake } from "./intake.ts";
import type { Judgement } from "./intake.ts";
import { Listener } from "./listener.ts";
import { listenerLog } from "./listener-log.ts";
import { messageRecord } from "./message-record.ts";
import type { RecordSettings } from "./message-record.ts";
import { MllpMetrics } from "./metrics.ts";
import { noteClosed, noteOpen } from "./open-ports.ts";
import { refusals } from "./refusal.ts";
import { SeenMessages, fingerprint } from "./seen-messages.ts";
import type { NotedMessage } from "./seen-messages.ts";
import { StoredProof } from "./stored-proof.ts";
import { Suspects } from "./suspects.ts";

/** Bytes of one batch for the worker, at most, unless one message is larger. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const LISTEN_PAUSE_MS = 250;
/** How long a stopping task waits for its audit repository. */
const AUDIT_CLOSE_MS = 1000;

/** A record on its way, and what it belongs to. */
interface OnItsWay {
  readonly exchange: Exchange;
  /** What has to be remembered of it. */
  readonly noted: NotedMessage | undefined;
  readonly handedOverAt: number;
}

/** The listener: takes messages from connections, hands them to the worker, and answers when they are stored. */
export class MllpSourceTask extends SourceTask {
  readonly version = "1.1.0";
  #config!: MllpConfig;
  #intake!: Intake;
  #metrics!: MllpMetrics;
  #audit!: AuditTrail;
  #seen: SeenMessages | undefined;
  #suspects!: Suspects;
  #recordSettings!: RecordSettings;
  #listener: Listener | undefined;
  #received: Exchange[] = [];
  readonly #onItsWay = new Map<SourceRecord, OnItsWay>();
  #wake: (() => void) | undefined;
  #openFailure: ConnectError | undefined;
  #isOpening = false;
  #isStopped = false;

  async start(props: Props): Promise<void> {
    const config = configDef.parse(props);
    const { connectorName, metrics, log } = this.context;
    this.#config = config;
    this.#intake = new Intake(config);
    this.#metrics = new MllpMetrics(metrics);
    const syslog = config[AUDIT_SYSLOG] === "" ? undefined : new AuditSyslog(config, log, metrics);
    this.#audit = new AuditTrail(config[AUDIT_TOPIC], connectorName, syslog);
    const { isExactlyOnce } = this.context;
    this.#suspects = new Suspects(isExactlyOnce, config[IN_FLIGHT_MAX]);
    if (config[DUPLICATES] === "detect") {
      this.#seen = new SeenMessages(this.#readOffsets, config[DUPLICATES_WINDOW], isExactlyOnce);
    }
    this.#recordSettings = {
      listener: connectorName,
      preference: {
        types: config[PATIENT_ID_TYPES],
        authorities: config[PATIENT_ID_AUTHORITIES],
      },
      messageTimeBoundMs:
        config[RECORD_TIMESTAMP] === "message" ? config[RECORD_TIMESTAMP_BOUND_MS] : undefined,
    };
    this.#listener = new Listener(
      config,
      listenerLog(log, this.#metrics, this.#audit, () => this.#wake?.()),
      (exchange) => this.#take(exchange),
      (exchange, isWritten) => this.#settled(exchange, isWritten),
    );
    this.#metrics.watch(
      () => this.#listener,
      () => this.#received.length,
    );
    await this.#open();
  }

  /** The port that is listened on: the one of the config, or the free one that 0 took. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /**
   * Opens the port. While another process has it, for a while an old task perhaps, `start` is over and it is
   * tried again and again, so that a stop need not wait for it.
   */
  async #open(): Promise<void> {
    try {
      await this.#listener?.open();
      noteOpen(this, this.#config[PORT], this.context.connectorName);
    } catch (error) {
      const failure = this.#listenFailure(error as NodeJS.ErrnoException);
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || this.#config[LISTEN_RETRY_MS] === 0) throw failure;
      this.context.log.warn({ code: "MLLP_PORT_IN_USE" }, `${failure.message}; trying again`);
      void this.#keepOpening(performance.now() + this.#config[LISTEN_RETRY_MS], failure);
    }
  }

  async #keepOpening(until: number, failure: ConnectError): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    try {
      while (!this.#isStopped && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, LISTEN_PAUSE_MS));
        try {
          if (this.#isStopped) return;
          await this.#listener?.open();
          noteOpen(this, this.#config[PORT], this.context.connectorName);
          return;
        } catch {
          // Still in use.
        }
      }
      if (this.#isStopped) return;
      this.#openFailure = failure;
      this.#wake?.();
    } finally {
      this.#isOpening = false;
    }
  }

  #listenFailure(cause: NodeJS.ErrnoException): ConnectError {
    const why =
      cause.code === "EADDRINUSE"
        ? "the port is in use; stop what uses it or set another mllp.port, then restart the task"
        : `the system answered ${cause.code}; check mllp.bind.address and mllp.port`;
    const message = `MLLP cannot listen on ${this.#config[BIND_ADDRESS]}:${this.#config[PORT]}: ${why}`;
    return new ConnectError("MLLP_LISTEN_FAILED", message, { cause });
  }

  readonly #readOffsets = async (partitions: readonly SourcePartition[]) => {
    const offsets = await this.context.offsetReader.offsets(partitions);
    return partitions.map((partition) => offsets.get(partition) ?? null);
  };

  #take(exchange: Exchange): void {
    this.#metrics.received(exchange);
    this.#received.push(exchange);
    this.#wake?.();
  }

  #settled(exchange: Exchange, isWritten: boolean): void {
    const outcome = isWritten ? (exchange.outcome ?? "abandoned") : "abandoned";
    this.#metrics.settled(outcome, exchange);
    if (this.#audit.isOn) this.#audit.message(exchange, outcome, sha256Of(exchange.payload));
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[]> {
    if (this.#openFailure) throw this.#openFailure;
    if (!signal.aborted) await this.#goOn();
    if (this.#received.length === 0 && this.#audit.isEmpty && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      this.#wake = wake;
      signal.addEventListener("abort", wake, { once: true });
      await promise;
      // The signal may outlive this poll, and would collect a listener of each.
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
    }
    if (this.#openFailure) throw this.#openFailure;
    // Before a pause or the end nothing more is read, and all that was read is stored and answered.
    if (signal.aborted && this.#listener?.isOpen) {
      this.#listener.suspend();
      this.#audit.note("listener-suspended", {});
    }
    const records = await this.#admitted(signal.aborted);
    records.push(...this.#audit.take());
    return records;
  }

  /** After a pause the port is opened again. */
  async #goOn(): Promise<void> {
    if (this.#isStopped || this.#isOpening || this.#listener?.isOpen !== false) return;
    await this.#open();
  }

  /** The records of what was received, in order. */
  async #admitted(isLast: boolean): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    let bytes = 0;
    let taken = 0;
    const max = isLast ? Infinity : this.#config[BATCH_MAX];
    while (taken < this.#received.length && records.length < max) {
      const exchange = this.#received[taken] as Exchange;
      if (bytes > 0 && bytes + exchange.payload.length > BATCH_BYTES_MAX && !isLast) break;
      taken += 1;
      // Its connection was closed at the deadline: it comes again, and would be stored twice.
      if (exchange.isDecided) continue;
      bytes += exchange.payload.length;
      await this.#admit(exchange, records);
    }
    this.#received = this.#received.slice(taken);
    return records;
  }

  async #admit(exchange: Exchange, records: SourceRecord[]): Promise<void> {
    const judgement = this.#intake.judge(exchange);
    exchange.verdict = judgement.verdict;
    exchange.about = judgement;
    if (judgement.verdict.refusal) return this.#quarantine(exchange, records);
    const sha256 = sha256Of(exchange.payload);
    if (!this.#seen || judgement.controlId === "") {
      return this.#store(exchange, judgement, records, sha256, undefined, false);
    }
    const { id, content } = fingerprint(judgement.controlId, sha256);
    const history = this.#seen.known(judgement.sender) ?? (await this.#seen.of(judgement.sender));
    const { same, other } = history.find(id, content);
    if (same) {
      if (same.state instanceof StoredProof) exchange.duplicate(same.state);
      else if (same.state !== "dropped") same.state.add(exchange);
      return;
    }
    if (other && judgement.verdict.replies.conflict !== "store") {
      exchange.verdict = { ...judgement.verdict, refusal: refusals.conflict };
      return this.#quarantine(exchange, records);
    }
    const noted = history.add(id, content, exchange);
    this.#store(exchange, judgement, records, sha256, noted, other !== undefined);
  }

  #store(
    exchange: Exchange,
    judgement: Judgement,
    records: SourceRecord[],
    sha256: string,
    noted: NotedMessage | undefined,
    isIdReused: boolean,
  ): void {
    const { parts } = judgement;
    const isSuspect = this.#suspects.isSuspect(exchange, parts[0]?.header);
    if (isSuspect) this.#metrics.possibleDuplicate();
    exchange.waitingFor = parts.length;
    const handedOverAt = performance.now();
    for (const part of parts) {
      const record = messageRecord(part, exchange, this.#recordSettings, {
        sha256: parts.length === 1 ? sha256 : sha256Of(part.payload),
        isSuspect,
        isIdReused,
        position: noted,
      });
      this.#onItsWay.set(record, { exchange, noted, handedOverAt });
      records.push(record);
    }
  }

  #quarantine(exchange: Exchange, records: SourceRecord[]): void {
    const { refusal } = exchange.verdict as {
      refusal: NonNullable<Judgement["verdict"]["refusal"]>;
    };
    const record = this.#intake.quarantine(exchange, refusal);
    exchange.waitingFor = 1;
    this.#onItsWay.set(record, { exchange, noted: undefined, handedOverAt: performance.now() });
    records.push(record);
  }

  override commitRecord(
    record: SourceRecord,
    metadata: RecordMetadata | null,
    reason?: NotStoredReason,
  ): void {
    const onItsWay = this.#onItsWay.get(record);
    if (!onItsWay) return;
    this.#onItsWay.delete(record);
    const { exchange, noted, handedOverAt } = onItsWay;
    if (metadata) {
      exchange.place = `${metadata.topic}-${metadata.partition}@${metadata.offset}`;
      exchange.waitingFor -= 1;
      if (exchange.waitingFor > 0) return;
      // Invariant: an answer that says the message is safe goes out only with the log's confirmation, for
      // a batch with that of every message in it.
      const proof = StoredProof.ofCommit(metadata);
      noted?.settle(proof);
      this.#metrics.committed(handedOverAt);
      exchange.confirmed(proof);
      return;
    }
    // Of a batch, the others may be stored: it is not confirmed any more, whatever becomes of them.
    exchange.waitingFor = Infinity;
    noted?.settle("dropped");
    if (reason === "FILTERED") {
      exchange.filtered(this.#config[FILTERED_REPLY] as NegativeCode | "AA");
    } else {
      exchange.notStored("AE");
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    noteClosed(this);
    this.#onItsWay.clear();
    this.#received = [];
    this.#wake?.();
    await this.#listener?.close();
    this.#listener = undefined;
    this.#audit?.note("listener-stopped", {});
    await this.#audit?.close(AUDIT_CLOSE_MS);
  }
}

function sha256Of(payload: Uint8Array): string {
  return hash("sha256", payload, "hex");
}
