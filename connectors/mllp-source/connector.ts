import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigError, SourceConnector } from "#connect-api";
import type { ConfigReport, ExactlyOnceSupport, Props } from "#connect-api";
import { syslogSettings } from "./audit-syslog.ts";
import {
  ACK_DEADLINE_MS,
  ALLOW_PLAINTEXT,
  ALLOWED_PEERS,
  AUDIT_SYSLOG,
  BIND_ADDRESS,
  FRAME_BYTES_MAX,
  PORT,
  TLS_CERT_FILE,
  TLS_CLIENT_AUTH,
  TLS_IDENTITIES,
  TLS_KEY_FILE,
  configDef,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { Intake } from "./intake.ts";
import { isListening } from "./open-ports.ts";
import { Peers } from "./peers.ts";
import { isKeyReadableByOthers, isTls, tlsOptions } from "./tls-context.ts";
import { MllpSourceTask } from "./task.ts";
import { TlsIdentities } from "./tls-identity.ts";

const TOPIC_BYTES_MAX = "topic.creation.default.max.message.bytes";
const BOUNDARY = "transaction.boundary";
const BOUNDARY_INTERVAL_MS = "transaction.boundary.interval.ms";
/** A task that was told to stop may need a moment to give its port back. */
const PORT_TRIES = 8;
const PORT_PAUSE_MS = 250;
/** What a record is larger than its message: key, headers, and the form of the batch. */
const RECORD_OVERHEAD_BYTES = 16 * 1024;

/** Listens for HL7 v2 messages over MLLP and writes one record for each. */
export class MllpSourceConnector extends SourceConnector {
  readonly version = "1.1.0";
  #props: Props = {};

  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return MllpSourceTask;
  }
  taskConfigs(_maxTasks: number): readonly Props[] {
    // A port has one listener, so there is one task however high tasks.max is.
    return [this.#props];
  }
  stop(): void {}

  /** Control ids and hashes of stored messages travel in the source offsets: see SeenMessages. */
  override exactlyOnceSupport(): ExactlyOnceSupport {
    return "SUPPORTED";
  }

  /**
   * Beside each setting by itself: what only shows when they are put to use. A port that is taken, files that
   * make no TLS context, a limit that the topics do not have, and an open port without encryption.
   */
  override async validate(props: Props): Promise<ConfigReport> {
    const report = configDef.validate(props);
    if (report.some(({ errors }) => errors.length > 0)) return report;
    const config = configDef.parse(props);
    const errors = new Map<string, string[]>();
    const add = (key: string, message: string): void => {
      errors.set(key, [...(errors.get(key) ?? []), message]);
    };
    for (const check of [
      () => new Intake(config),
      () => new Peers(config),
      () => new TlsIdentities(config[TLS_IDENTITIES]),
      () => isTls(config) && tlsOptions(config),
      () => checkTls(config),
      () => config[AUDIT_SYSLOG] !== "" && syslogSettings(config),
      () => checkLimits(config, props),
    ]) {
      try {
        check();
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        add(error.key ?? PORT, error.message);
      }
    }
    const taken = await portProblem(config, props["name"]);
    if (taken !== undefined) add(PORT, taken);
    return report.map((value) => ({
      ...value,
      errors: [...value.errors, ...(errors.get(value.name) ?? [])],
    }));
  }
}

function checkTls(config: MllpConfig): void {
  if (isTls(config)) {
    if (isKeyReadableByOthers(config)) {
      throw invalid(TLS_KEY_FILE, "others than its owner may read the key file; chmod 600 it");
    }
    return;
  }
  if (config[TLS_CLIENT_AUTH] !== "none" || config[TLS_IDENTITIES].length > 0) {
    throw invalid(TLS_CERT_FILE, "client certificates need TLS: set certificate and key");
  }
  if (!config[ALLOW_PLAINTEXT] && !isLoopback(config[BIND_ADDRESS])) {
    const why = "others can reach this address, and without TLS patient data travels unencrypted";
    throw invalid(
      BIND_ADDRESS,
      `${why}: set ${TLS_CERT_FILE} and ${TLS_KEY_FILE}, or ${ALLOW_PLAINTEXT}=true on a network of its own (and ${ALLOWED_PEERS})`,
    );
  }
}

function checkLimits(config: MllpConfig, props: Props): void {
  const topicBytes = Number(props[TOPIC_BYTES_MAX] ?? Number.NaN);
  if (topicBytes < config[FRAME_BYTES_MAX] + RECORD_OVERHEAD_BYTES) {
    throw invalid(
      FRAME_BYTES_MAX,
      `topics are made for records of ${topicBytes} bytes, so a message of this size would be refused: raise ${TOPIC_BYTES_MAX} or lower this`,
    );
  }
  if (props[BOUNDARY]?.toLowerCase() === "connector") {
    throw invalid(PORT, `${BOUNDARY}=connector is not for this connector; leave it at poll`);
  }
  const intervalMs = Number(props[BOUNDARY_INTERVAL_MS] ?? Infinity);
  if (props[BOUNDARY]?.toLowerCase() === "interval" && intervalMs >= config[ACK_DEADLINE_MS]) {
    throw invalid(
      ACK_DEADLINE_MS,
      `transactions end every ${intervalMs} ms at the earliest, after the deadline of every answer: leave ${BOUNDARY} at poll`,
    );
  }
}

function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}

/** Why the port cannot be had; undefined when it can, or when the connector's own task has it. */
async function portProblem(
  config: MllpConfig,
  name: string | undefined,
): Promise<string | undefined> {
  const port = config[PORT];
  const host = config[BIND_ADDRESS];
  if (port === 0 || isListening(port, name)) return undefined;
  for (let tries = 1; ; tries += 1) {
    const code = await bindCode(host, port);
    if (code === undefined) return undefined;
    if (code === "EADDRINUSE" && tries < PORT_TRIES) {
      await delay(PORT_PAUSE_MS);
      continue;
    }
    const why =
      code === "EADDRINUSE"
        ? "another process uses it: stop that, or choose another port"
        : `the system answered ${code}: check ${BIND_ADDRESS} and ${PORT}`;
    return `${host}:${port} cannot be listened on: ${why}`;
  }
}

function bindCode(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function invalid(key: string, why: string): ConfigError {
  return new ConfigError("CONFIG_INVALID", `Invalid configuration ${key}: ${why}`, { key });
}
