import type { ConnectionOptions } from "node:tls";
import kafkajs from "kafkajs";
import type { Kafka, KafkaConfig, SASLOptions } from "kafkajs";
import {
  TlsSettingsError,
  isNameChecked,
  tlsAlgorithms,
  tlsKey,
  tlsTrust,
} from "#lib/tls-settings";
import { RecordLogError } from "../record-log.ts";

export type Settings = Readonly<Record<string, string>>;

/** A kafkajs client for Java's client settings. Throws RecordLogError for those it cannot follow. */
export function kafkaClient(settings: Settings, clientId: string): Kafka {
  const protocol = (settings["security.protocol"] ?? "PLAINTEXT").toUpperCase();
  const config: KafkaConfig = {
    clientId: settings["client.id"] || clientId,
    brokers: (settings["bootstrap.servers"] ?? "").split(/\s*,\s*/),
    // kafkajs writes to the console, and what it writes may hold what records hold.
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: Number(settings["socket.connection.setup.timeout.ms"] ?? 3000),
    requestTimeout: Number(settings["request.timeout.ms"] ?? 30_000),
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 },
  };
  if (protocol.endsWith("SSL")) config.ssl = tls(settings);
  if (protocol.startsWith("SASL")) config.sasl = sasl(settings);
  return new kafkajs.Kafka(config);
}

/** Throws RecordLogError for what cannot be followed, before anything is connected. */
function tls(settings: Settings): ConnectionOptions {
  const ssl = Object.fromEntries(
    Object.entries(settings)
      .filter(([key]) => key.startsWith("ssl."))
      .map(([key, value]) => [key.slice("ssl.".length), value]),
  );
  try {
    return {
      ...tlsKey(ssl),
      ...tlsTrust(ssl),
      ...tlsAlgorithms(ssl),
      ...(isNameChecked(ssl) ? {} : { checkServerIdentity: () => undefined }),
    };
  } catch (error) {
    if (!(error instanceof TlsSettingsError)) throw error;
    throw new RecordLogError("LOG_FAILED", error.message, { cause: error });
  }
}

function sasl(settings: Settings): SASLOptions {
  const mechanism = (settings["sasl.mechanism"] ?? "GSSAPI").toLowerCase();
  const jaas = settings["sasl.jaas.config"] ?? "";
  const username = /username="([^"]*)"/.exec(jaas)?.[1] ?? "";
  const password = /password="([^"]*)"/.exec(jaas)?.[1] ?? "";
  if (mechanism !== "plain" && mechanism !== "scram-sha-256" && mechanism !== "scram-sha-512") {
    throw new RecordLogError(
      "LOG_FAILED",
      `sasl.mechanism ${mechanism.toUpperCase()} is not supported; use PLAIN or SCRAM-SHA-256/512`,
    );
  }
  return { mechanism, username, password } as SASLOptions;
}
