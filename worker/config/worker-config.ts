import { readFileSync } from "node:fs";
import { parse as parseProperties } from "dot-properties";
import {
  ConfigDef,
  ConfigError,
  allOf,
  atLeast,
  nonEmptyList,
  nonEmptyString,
  nullOr,
  oneOfIgnoringCase,
} from "#connect-api";
import type { ConfigValues, Props } from "#connect-api";
import { listenerAddresses } from "./listener-address.ts";
import { OVERRIDE_POLICIES, overridePolicy } from "./override-policy.ts";
import type { OverridePolicy } from "./override-policy.ts";

/** Settings of the worker. Source: org.apache.kafka.connect.runtime.WorkerConfig and DistributedConfig. */
export const workerConfigDef = new ConfigDef({
  "bootstrap.servers": {
    type: "STRING",
    default: "localhost:9092",
    importance: "HIGH",
    documentation:
      "The log: `host:port[,host:port…]` of a Kafka cluster, or `embedded:DIR` for the one in this process.",
  },
  "group.id": {
    type: "STRING",
    default: "clinical-connect",
    validator: nonEmptyString,
    importance: "HIGH",
    documentation: "Name of the worker's group; also the start of its transactional ids.",
  },
  "client.id": {
    type: "STRING",
    default: "",
    importance: "LOW",
    documentation: "Name of this worker's own clients; a tag of the coordinator's metrics.",
  },
  "metrics.sample.window.ms": {
    type: "LONG",
    default: 30_000,
    validator: atLeast(1),
    importance: "LOW",
    documentation: "How long one sample of a rate, an average or a maximum lasts.",
  },
  "metrics.num.samples": {
    type: "INT",
    default: 2,
    validator: atLeast(1),
    importance: "LOW",
    documentation: "How many samples those are made of.",
  },
  "key.converter": {
    type: "CLASS",
    importance: "HIGH",
    documentation: "Converter of keys, for connectors that name none.",
  },
  "value.converter": {
    type: "CLASS",
    importance: "HIGH",
    documentation: "Converter of values, for connectors that name none.",
  },
  "header.converter": {
    type: "CLASS",
    default: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    importance: "LOW",
    documentation: "Converter of headers, for connectors that name none.",
  },
  "config.storage.topic": {
    type: "STRING",
    default: "connect-configs",
    validator: nonEmptyString,
    importance: "HIGH",
    documentation: "Topic of connector and task configs; one partition, compacted.",
  },
  "config.storage.replication.factor": {
    type: "SHORT",
    default: 3,
    importance: "LOW",
    documentation: "Its replication factor; -1: the cluster's default.",
  },
  "offset.storage.topic": {
    type: "STRING",
    default: "connect-offsets",
    validator: nonEmptyString,
    importance: "HIGH",
    documentation: "Topic of source offsets; compacted.",
  },
  "offset.storage.replication.factor": {
    type: "SHORT",
    default: 3,
    importance: "LOW",
    documentation: "Its replication factor; -1: the cluster's default.",
  },
  "offset.storage.partitions": {
    type: "INT",
    default: 25,
    importance: "LOW",
    documentation: "Its partitions.",
  },
  "status.storage.topic": {
    type: "STRING",
    default: "connect-status",
    validator: nonEmptyString,
    importance: "HIGH",
    documentation: "Topic of connector and task states; compacted.",
  },
  "status.storage.replication.factor": {
    type: "SHORT",
    default: 3,
    importance: "LOW",
    documentation: "Its replication factor; -1: the cluster's default.",
  },
  "status.storage.partitions": {
    type: "INT",
    default: 5,
    importance: "LOW",
    documentation: "Its partitions.",
  },
  "session.timeout.ms": {
    type: "INT",
    default: 10_000,
    validator: atLeast(1),
    importance: "HIGH",
    documentation:
      "How long the other workers wait for one that is not heard before they take over its connectors and tasks.",
  },
  "heartbeat.interval.ms": {
    type: "INT",
    default: 1000,
    validator: atLeast(1),
    importance: "HIGH",
    documentation:
      "How often a worker is heard, and hears that the work is divided anew. Well under the session timeout.",
  },
  "rebalance.timeout.ms": {
    type: "INT",
    default: 60_000,
    validator: atLeast(1),
    importance: "HIGH",
    documentation:
      "How long a division of the work waits for a worker that is heard but does not join it.",
  },
  "scheduled.rebalance.max.delay.ms": {
    type: "INT",
    default: 0,
    validator: atLeast(0),
    importance: "LOW",
    documentation:
      "How long the connectors and tasks of a worker that is gone wait for it, or for another in its place, before the others get them. 0: not at all.",
  },
  "exactly.once.source.support": {
    type: "STRING",
    default: "disabled",
    validator: oneOfIgnoringCase("disabled", "preparing", "enabled"),
    importance: "HIGH",
    documentation:
      "Whether source connectors store their records and offsets in transactions: `enabled`. `preparing` is the step before it on several workers, and changes nothing on one.",
  },
  "offset.flush.interval.ms": {
    type: "LONG",
    default: 60_000,
    validator: atLeast(1),
    importance: "LOW",
    documentation: "How often offsets are committed.",
  },
  "offset.flush.timeout.ms": {
    type: "LONG",
    default: 5000,
    validator: atLeast(1),
    importance: "LOW",
    documentation: "How long one commit of offsets may take.",
  },
  "task.shutdown.graceful.timeout.ms": {
    type: "LONG",
    default: 5000,
    validator: atLeast(0),
    importance: "LOW",
    documentation: "How long all tasks together may take to stop.",
  },
  "plugin.path": {
    type: "LIST",
    default: null,
    importance: "LOW",
    documentation: "Folders with more plug-ins, beside the built-in ones.",
  },
  "connector.client.config.override.policy": {
    type: "STRING",
    default: "All",
    validator: {
      ensureValid(key, value) {
        if (overridePolicy(String(value), [])) return;
        const message = `Invalid value ${String(value)} for configuration ${key}: choose one of ${OVERRIDE_POLICIES.join(", ")}`;
        throw new ConfigError("CONFIG_INVALID", message, { key });
      },
      describe: () => OVERRIDE_POLICIES.join(", "),
    },
    importance: "LOW",
    documentation:
      "Which client settings a connector may set for itself with `producer.override.`, `consumer.override.` and `admin.override.`.",
  },
  "connector.client.config.override.allowlist": {
    type: "LIST",
    default: [],
    importance: "LOW",
    documentation: "The settings that the policy `Allowlist` allows.",
  },
  "topic.creation.enable": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    documentation: "Whether `topic.creation.*` of source connectors has an effect.",
  },
  "topic.tracking.enable": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    documentation: "Whether the topics that a connector uses are remembered.",
  },
  "topic.tracking.allow.reset": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    documentation: "Whether they may be forgotten by REST.",
  },
  listeners: {
    type: "LIST",
    default: ["http://127.0.0.1:8083"],
    validator: allOf(nonEmptyList, listenerAddresses),
    importance: "LOW",
    documentation:
      "Addresses of the REST API: http://host:port or https://host:port. Port 0 takes a free one; without a host, all addresses of the machine.",
  },
  "admin.listeners": {
    type: "LIST",
    default: null,
    validator: listenerAddresses,
    importance: "LOW",
    documentation:
      "Addresses of the endpoints below /admin. Not set: those of the REST API; empty: nowhere.",
  },
  "rest.extension.classes": {
    type: "LIST",
    default: [],
    importance: "LOW",
    documentation:
      "Extensions of the REST API. BasicAuthSecurityRestExtension asks for user and password; java.security.auth.login.config names its JAAS file.",
  },
  "access.control.allow.origin": {
    type: "STRING",
    default: "",
    importance: "LOW",
    documentation: "Origins whose pages may use the REST API, with * for any text. Empty: none.",
  },
  "access.control.allow.methods": {
    type: "STRING",
    default: "",
    importance: "LOW",
    documentation: "Methods that they may use. Empty: GET, POST and HEAD.",
  },
  "response.http.headers.config": {
    type: "STRING",
    default: "",
    importance: "LOW",
    documentation:
      "Headers of every answer: a list of `[set|add|setDate|addDate] name:value`, each in double quotes if it has a comma.",
  },
  "schema.registry.url": {
    type: "STRING",
    default: null,
    importance: "LOW",
    documentation:
      "`embedded:DIR` serves the schema registry that is kept in that folder under `/schema-registry` of the REST API. Converters name the same address.",
  },
  "rest.advertised.host.name": {
    type: "STRING",
    default: null,
    importance: "LOW",
    documentation: "Host under which this worker is shown (`worker_id`).",
  },
  "rest.advertised.port": {
    type: "INT",
    default: null,
    importance: "LOW",
    documentation: "Port under which this worker is shown.",
  },
  "rest.advertised.listener": {
    type: "STRING",
    default: null,
    validator: nullOr(oneOfIgnoringCase("http", "https")),
    importance: "LOW",
    documentation:
      "`http` or `https`: at which of its listeners other workers ask this one. By default http if there is one.",
  },
});

/**
 * Whether the worker is one of several: as in Kafka Connect, when its file names the group and the topics that
 * they share. An embedded log belongs to one worker.
 */
export function isDistributed(props: Props): boolean {
  const isCluster = !(props["bootstrap.servers"] ?? "").trim().startsWith("embedded:");
  return (
    isCluster &&
    ["group.id", "config.storage.topic", "offset.storage.topic", "status.storage.topic"].every(
      (key) => (props[key] ?? "").trim() !== "",
    )
  );
}

export type WorkerConfig = ConfigValues<(typeof workerConfigDef)["keys"]>;

/** The policy that these settings choose. */
export function overridePolicyOf(config: WorkerConfig): OverridePolicy {
  const allowlist = config["connector.client.config.override.allowlist"];
  const policy = overridePolicy(config["connector.client.config.override.policy"], allowlist);
  if (!policy) throw new ConfigError("CONFIG_INVALID", "There is no such override policy");
  return policy;
}

/** Reads a worker file: Java properties, or JSON with a flat map. Throws ConfigError. */
export function readPropsFile(file: string): Props {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError("CONFIG_UNREADABLE", `The file ${file} cannot be read`, { cause });
  }
  if (!file.endsWith(".json")) return parseProperties(text) as Props;
  try {
    return JSON.parse(text) as Props;
  } catch (cause) {
    throw new ConfigError("CONFIG_UNREADABLE", `The file ${file} is not valid JSON`, { cause });
  }
}

/** Checks all settings at once. Throws ConfigError with every error, one per line. */
export function parseWorkerConfig(props: Props): WorkerConfig {
  const errors = workerConfigDef.validate(props).flatMap((value) => value.errors);
  if (errors.length > 0) throw new ConfigError("CONFIG_INVALID", errors.join("\n"));
  return workerConfigDef.parse(props);
}

/** Settings whose keys begin with a prefix, without it. */
export function withPrefix(props: Props, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(props)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
