import { readFileSync } from "node:fs";
import kafkajs from "kafkajs";
import type { Kafka, KafkaConfig, SASLOptions } from "kafkajs";
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

/** PEM files only: Java's key stores have no reader here. */
function tls(settings: Settings) {
  for (const store of ["ssl.truststore", "ssl.keystore"]) {
    const type = settings[`${store}.type`];
    if (settings[`${store}.location`] && type?.toUpperCase() !== "PEM") {
      throw new RecordLogError("LOG_FAILED", `${store}.type must be PEM; convert the store to PEM`);
    }
  }
  const ca = settings["ssl.truststore.location"];
  const key = settings["ssl.keystore.location"];
  return {
    ...(ca ? { ca: [readFileSync(ca, "utf8")] } : {}),
    ...(key ? { key: readFileSync(key, "utf8"), cert: readFileSync(key, "utf8") } : {}),
  };
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
