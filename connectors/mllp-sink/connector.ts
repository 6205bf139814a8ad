import { ConfigError, SinkConnector } from "#connect-api";
import type { ConfigReport, Props } from "#connect-api";
import { AnswerClasses } from "./answer-class.ts";
import {
  ALLOW_PLAINTEXT,
  ANSWERS,
  HOST,
  TLS,
  TLS_CA_FILE,
  TLS_CERT_FILE,
  TLS_KEY_FILE,
  configDef,
} from "./config.ts";
import type { MllpSinkConfig } from "./config.ts";
import { MllpSinkTask } from "./task.ts";
import { isKeyReadableByOthers, tlsClientOptions } from "./tls-client.ts";

/** Sends HL7 v2 messages over MLLP and waits for their acknowledgments. */
export class MllpSinkConnector extends SinkConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return MllpSinkTask;
  }
  taskConfigs(maxTasks: number): readonly Props[] {
    return Array.from({ length: maxTasks }, () => this.#props);
  }
  stop(): void {}

  /** Beside each setting by itself: rules, files, and whether patient data would travel unencrypted. */
  override validate(props: Props): ConfigReport {
    const report = configDef.validate(props);
    if (report.some(({ errors }) => errors.length > 0)) return report;
    const config = configDef.parse(props);
    const errors = new Map<string, string[]>();
    for (const check of [
      () => new AnswerClasses(config[ANSWERS]),
      () => tlsClientOptions(config),
      () => checkTls(config),
    ]) {
      try {
        check();
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const key = error.key ?? HOST;
        errors.set(key, [...(errors.get(key) ?? []), error.message]);
      }
    }
    return report.map((value) => ({
      ...value,
      errors: [...value.errors, ...(errors.get(value.name) ?? [])],
    }));
  }
}

function checkTls(config: MllpSinkConfig): void {
  if (config[TLS]) {
    if (isKeyReadableByOthers(config)) {
      throw invalid(TLS_KEY_FILE, "others than its owner may read the key file; chmod 600 it");
    }
    return;
  }
  for (const key of [TLS_CA_FILE, TLS_CERT_FILE, TLS_KEY_FILE] as const) {
    if (config[key] !== null) throw invalid(key, `it is of no use without ${TLS}=true`);
  }
  if (!config[ALLOW_PLAINTEXT] && !isLoopback(config[HOST])) {
    throw invalid(
      HOST,
      `without TLS patient data travels unencrypted to another machine: set ${TLS}=true, or ${ALLOW_PLAINTEXT}=true on a network of its own`,
    );
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function invalid(key: string, why: string): ConfigError {
  return new ConfigError("CONFIG_INVALID", `Invalid configuration ${key}: ${why}`, { key });
}
