import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { ConnectionOptions } from "node:tls";
import { ConfigError } from "#connect-api";
import type { PluginLog, PluginMetrics } from "#connect-api";
import { SyslogSender, readSyslogTarget, syslogMessage } from "#lib/syslog";
import { atnaMessage } from "./audit-atna.ts";
import type { AuditEvent } from "./audit.ts";
import {
  AUDIT_SYSLOG,
  AUDIT_SYSLOG_CA_FILE,
  AUDIT_SYSLOG_CERT_FILE,
  AUDIT_SYSLOG_KEY_FILE,
  AUDIT_SYSLOG_WAITING_MAX,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";

/** Security and authorization; severity: warning for failures, else notice. Source: IHE ITI TF-2 3.20.4.1.2. */
const FACILITY = 10;
const [WARNING, NOTICE] = [4, 5] as const;
const MSG_ID = "IHE+RFC-3881";

/** Sends audit events to an Audit Record Repository, in ATNA's form. */
export class AuditSyslog {
  readonly #sender: SyslogSender;
  #lostTold = 0;

  /** Throws ConfigError for an address or files that cannot be used. */
  constructor(config: MllpConfig, log: PluginLog, metrics: PluginMetrics) {
    const { target, tls } = syslogSettings(config);
    this.#sender = new SyslogSender({
      target,
      ...(tls ? { tls } : {}),
      waitingMax: config[AUDIT_SYSLOG_WAITING_MAX],
      onAway: (detail) =>
        log.error(
          { code: "AUDIT_REPOSITORY_AWAY", detail },
          "The audit repository cannot be reached; events wait",
        ),
      onBack: () =>
        log.info({ code: "AUDIT_REPOSITORY_BACK" }, "The audit repository takes events again"),
    });
    metrics.gauge(
      "mllp-audit-waiting-events",
      "Audit events that wait for the repository",
      () => this.#sender.waiting,
    );
    metrics.gauge(
      "mllp-audit-lost-events",
      "Audit events that were dropped because too many waited",
      () => this.#sender.lost,
    );
    metrics.gauge(
      "mllp-audit-repository-away",
      "1 while the audit repository cannot be reached",
      () => (this.#sender.isAway ? 1 : 0),
    );
  }

  send(event: AuditEvent): void {
    const { lost } = this.#sender;
    if (lost > this.#lostTold && !this.#sender.isAway) {
      const { at, listener } = event;
      this.#emit({ action: "events-lost", at, listener, count: lost - this.#lostTold });
      this.#lostTold = lost;
    }
    this.#emit(event);
  }

  #emit(event: AuditEvent): void {
    const text = atnaMessage(event, event.listener);
    if (text === undefined) return;
    const isGood = text.includes('EventOutcomeIndicator="0"');
    this.#sender.send(
      syslogMessage(
        {
          facility: FACILITY,
          severity: isGood ? NOTICE : WARNING,
          at: event.at,
          hostname: hostname(),
          appName: "clinical-connect",
          procId: String(process.pid),
          msgId: MSG_ID,
        },
        text,
      ),
    );
  }

  close(withinMs: number): Promise<void> {
    return this.#sender.close(withinMs);
  }
}

/** Throws ConfigError, naming the setting. */
export function syslogSettings(config: MllpConfig) {
  const target = readSyslogTarget(config[AUDIT_SYSLOG]);
  if (!target) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Invalid value for configuration ${AUDIT_SYSLOG}: write tls://HOST:PORT, udp://HOST:PORT or tcp://HOST:PORT`,
      { key: AUDIT_SYSLOG },
    );
  }
  if (target.protocol !== "tls") return { target, tls: undefined };
  const [ca, cert, key] = (
    [AUDIT_SYSLOG_CA_FILE, AUDIT_SYSLOG_CERT_FILE, AUDIT_SYSLOG_KEY_FILE] as const
  ).map((name) => {
    const file = config[name];
    if (file === null) return undefined;
    try {
      return readFileSync(file);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
      throw new ConfigError("MLLP_TLS_UNUSABLE", `${name}: the file cannot be read (${code})`, {
        key: name,
        cause,
      });
    }
  });
  const tls: ConnectionOptions = {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
  };
  return { target, tls };
}
