import {
  ConfigDef,
  allOf,
  atLeast,
  nameWithoutControlCharacters,
  nonEmptyString,
  nonNull,
  nullOr,
  oneOf,
  oneOfIgnoringCase,
  regularExpression,
  uniqueAliases,
} from "#connect-api";
import type { ConfigKey, ConfigKeys, ConfigValues } from "#connect-api";

/**
 * The settings that every connector has, and those of sources, sinks and topic streams.
 *
 * Source: org.apache.kafka.connect.runtime.ConnectorConfig, SourceConnectorConfig, SinkConnectorConfig.
 */

const COMMON = "Common";
const ERRORS = "Error Handling";

const converterKey = (order: number, displayName: string, documentation: string) =>
  ({
    type: "CLASS",
    default: null,
    importance: "LOW",
    group: COMMON,
    order,
    width: "SHORT",
    displayName,
    documentation,
  }) as const satisfies ConfigKey;

const converterVersionKey = (order: number, converter: string) =>
  ({
    type: "STRING",
    default: null,
    importance: "LOW",
    group: COMMON,
    order,
    width: "SHORT",
    displayName: `${converter} converter version`,
    documentation: `Version of the ${converter.toLowerCase()} converter: one, or a range such as [1.0,2.0).`,
  }) as const satisfies ConfigKey;

export const commonConfigDef = new ConfigDef({
  name: {
    type: "STRING",
    importance: "HIGH",
    group: COMMON,
    order: 1,
    width: "MEDIUM",
    displayName: "Connector name",
    validator: nameWithoutControlCharacters,
    documentation: "Globally unique name of this connector.",
  },
  "connector.class": {
    type: "STRING",
    importance: "HIGH",
    group: COMMON,
    order: 2,
    width: "LONG",
    displayName: "Connector class",
    documentation: "Class of the connector: its full name, or its simple name.",
  },
  "connector.plugin.version": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: COMMON,
    order: 3,
    width: "MEDIUM",
    displayName: "Connector version",
    documentation:
      "Version of the connector: one, or a range such as [1.0,2.0); by default the latest.",
  },
  "tasks.max": {
    type: "INT",
    default: 1,
    importance: "HIGH",
    group: COMMON,
    order: 4,
    width: "SHORT",
    displayName: "Tasks max",
    validator: atLeast(1),
    documentation: "The most tasks that this connector may have.",
  },
  "tasks.max.enforce": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: COMMON,
    order: 5,
    width: "SHORT",
    displayName: "Enforce tasks max",
    documentation: "Whether a connector that makes more tasks than tasks.max fails.",
  },
  "key.converter": converterKey(
    6,
    "Key converter class",
    "Converter of keys; by default the worker's.",
  ),
  "key.converter.plugin.version": converterVersionKey(7, "Key"),
  "value.converter": converterKey(
    8,
    "Value converter class",
    "Converter of values; by default the worker's.",
  ),
  "value.converter.plugin.version": converterVersionKey(9, "Value"),
  "header.converter": converterKey(
    10,
    "Header converter class",
    "Converter of headers; by default the worker's.",
  ),
  "header.converter.plugin.version": converterVersionKey(11, "Header"),
  transforms: {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: "Transforms",
    order: 12,
    width: "LONG",
    displayName: "Transforms",
    validator: allOf(nonNull, uniqueAliases),
    documentation: "Aliases of the transformations to apply, in order.",
  },
  predicates: {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: "Predicates",
    order: 13,
    width: "LONG",
    displayName: "Predicates",
    validator: allOf(nonNull, uniqueAliases),
    documentation: "Aliases of the predicates that transformations may use.",
  },
  "config.action.reload": {
    type: "STRING",
    default: "restart",
    importance: "LOW",
    group: COMMON,
    order: 14,
    width: "MEDIUM",
    displayName: "Reload Action",
    validator: oneOf("none", "restart"),
    documentation: "What to do when a value from a config provider changes.",
  },
  "errors.retry.timeout": {
    type: "LONG",
    default: 0,
    importance: "MEDIUM",
    group: ERRORS,
    order: 1,
    width: "MEDIUM",
    displayName: "Retry Timeout for Errors",
    documentation:
      "How long a failed conversion or transformation is tried again, in milliseconds. 0: not at all; -1: for ever.",
  },
  "errors.retry.delay.max.ms": {
    type: "LONG",
    default: 60_000,
    importance: "MEDIUM",
    group: ERRORS,
    order: 2,
    width: "MEDIUM",
    displayName: "Maximum Delay Between Retries for Errors",
    documentation: "The longest pause between two attempts, in milliseconds.",
  },
  "errors.tolerance": {
    type: "STRING",
    default: "none",
    importance: "MEDIUM",
    group: ERRORS,
    order: 3,
    width: "SHORT",
    displayName: "Error Tolerance",
    validator: oneOf("none", "all"),
    documentation: "none: a record that cannot be processed fails the task. all: it is skipped.",
  },
  "errors.log.enable": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: ERRORS,
    order: 4,
    width: "SHORT",
    displayName: "Log Errors",
    documentation: "Whether each failure is written to the log.",
  },
  "errors.log.include.messages": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: ERRORS,
    order: 5,
    width: "SHORT",
    displayName: "Log Error Details",
    documentation: "Whether the line names topic, partition and offset of the record.",
  },
});

/** Beyond Kafka: tasks that restart themselves. */
export const restartConfigDef = new ConfigDef({
  "errors.restart.max.attempts": {
    type: "INT",
    default: 0,
    importance: "MEDIUM",
    group: ERRORS,
    order: 9,
    width: "SHORT",
    displayName: "Restarts of a Failed Task",
    validator: atLeast(0),
    documentation:
      "How often a task that failed is restarted by itself, with growing pauses, before it stays FAILED. It counts anew after ten minutes without a failure. 0: never.",
  },
  "errors.restart.delay.max.ms": {
    type: "LONG",
    default: 60_000,
    importance: "LOW",
    group: ERRORS,
    order: 10,
    width: "SHORT",
    displayName: "Longest Pause Before a Restart",
    validator: atLeast(0),
    documentation: "The longest pause before such a restart, in milliseconds; the first is 1000.",
  },
});

export const sinkConfigDef = new ConfigDef({
  topics: {
    type: "LIST",
    default: [],
    importance: "HIGH",
    group: COMMON,
    order: 4,
    width: "LONG",
    displayName: "Topics",
    documentation: "Topics to consume.",
  },
  "topics.regex": {
    type: "STRING",
    default: "",
    importance: "HIGH",
    group: COMMON,
    order: 4,
    width: "LONG",
    displayName: "Topics regex",
    validator: regularExpression,
    documentation: "Pattern that the whole name of a topic must match to be consumed.",
  },
  "errors.deadletterqueue.topic.name": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    group: ERRORS,
    order: 6,
    width: "MEDIUM",
    displayName: "Dead Letter Queue Topic Name",
    documentation: "Topic for records that cannot be processed. Empty: none.",
  },
  "errors.deadletterqueue.topic.replication.factor": {
    type: "SHORT",
    default: 3,
    importance: "MEDIUM",
    group: ERRORS,
    order: 7,
    width: "MEDIUM",
    displayName: "Dead Letter Queue Topic Replication Factor",
    documentation: "Replication factor for that topic if it has to be made.",
  },
  "errors.deadletterqueue.context.headers.enable": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: ERRORS,
    order: 8,
    width: "MEDIUM",
    displayName: "Enable Error Context Headers",
    documentation: "Whether dead letters carry the reason in `__connect.errors.*` headers.",
  },
});

export const sourceConfigDef = new ConfigDef({
  "topic.creation.groups": {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: "Topic Creation",
    order: 1,
    width: "LONG",
    displayName: "Topic Creation Groups",
    validator: uniqueAliases,
    documentation: "Groups of topics with settings of their own.",
  },
  "exactly.once.support": {
    type: "STRING",
    default: "requested",
    importance: "MEDIUM",
    group: "Exactly Once Support",
    order: 2,
    width: "SHORT",
    displayName: "Exactly once support",
    validator: oneOfIgnoringCase("required", "requested"),
    documentation: "Whether exactly-once delivery is required.",
  },
  "transaction.boundary": {
    type: "STRING",
    default: "poll",
    importance: "MEDIUM",
    group: "Exactly Once Support",
    order: 3,
    width: "SHORT",
    displayName: "Transaction Boundary",
    validator: oneOfIgnoringCase("interval", "poll", "connector"),
    documentation: "When transactions end, with exactly-once delivery.",
  },
  "transaction.boundary.interval.ms": {
    type: "LONG",
    default: null,
    importance: "LOW",
    group: "Exactly Once Support",
    order: 4,
    width: "SHORT",
    displayName: "Transaction boundary interval",
    validator: nullOr(atLeast(0)),
    documentation: "Length of a transaction with the boundary `interval`, in milliseconds.",
  },
  "offsets.storage.topic": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "offsets.topic",
    order: 1,
    width: "LONG",
    displayName: "Offsets topic",
    validator: nonEmptyString,
    documentation: "Topic for the offsets of this connector.",
  },
});

/** Beyond Kafka: a topic stream converts twice. */
export const streamConfigDef = new ConfigDef({
  "output.key.converter": converterKey(
    8,
    "Output key converter class",
    "Converter of keys that are produced; by default the one of keys that are read.",
  ),
  "output.value.converter": converterKey(
    9,
    "Output value converter class",
    "Converter of values that are produced; by default the one of values that are read.",
  ),
});

export type CommonConfig = ConfigValues<(typeof commonConfigDef)["keys"]>;
export type SinkConfig = ConfigValues<(typeof sinkConfigDef)["keys"]>;

/** Framework settings of a transformation beside its type and version. */
export const transformKeys: ConfigKeys = {
  predicate: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    documentation: "Alias of the predicate that decides whether it is applied.",
  },
  negate: {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    documentation: "Whether it is applied when the predicate is false.",
  },
};

/** Type and version of one alias in `transforms` or `predicates`; `latest` is the version it has by default. */
export function aliasTypeKeys(
  what: "transforms" | "predicates",
  alias: string,
  group: string,
  latest: string | null,
): ConfigKeys {
  const kind = what === "transforms" ? "Transformation" : "Predicate";
  const common = { importance: "HIGH", group, width: "LONG" } as const;
  return {
    [`${what}.${alias}.type`]: {
      ...common,
      type: "CLASS",
      order: 0,
      displayName: `${kind} type for ${alias}`,
      documentation: `Class of the ${kind.toLowerCase()} '${alias}'.`,
    },
    [`${what}.${alias}.plugin.version`]: {
      ...common,
      type: "STRING",
      default: latest,
      order: 1,
      displayName: `${kind} version for ${alias}`,
      documentation: `Version of the ${kind.toLowerCase()} '${alias}': one, or a range such as [1.0,2.0).`,
    },
  };
}
