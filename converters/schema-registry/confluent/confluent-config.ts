import { ConfigError, atLeast, between } from "#connect-api";
import type { ConfigKeys, Validator } from "#connect-api";
import { subjectStrategy } from "#lib/schema-registry";

/** Name of the Java strategy, serializer or deserializer that stands for one of ours. */
const SERIALIZERS = "io.confluent.kafka.serializers.schema.id";

const strategyClass: Validator = {
  describe: () =>
    "TopicNameStrategy, RecordNameStrategy, TopicRecordNameStrategy or AssociatedNameStrategy, with or without package",
  ensureValid(key, value) {
    if (subjectStrategy(String(value))) return;
    const message = `Invalid value ${String(value)} for configuration ${key}: there is no such subject name strategy`;
    throw new ConfigError("CONFIG_INVALID", message, { key });
  },
};

/** Where a registry with the Confluent API is, and how it is asked. */
export const registryKeys = {
  "schema.registry.url": {
    type: "LIST",
    importance: "HIGH",
    group: "Registry",
    documentation:
      "Addresses of the registry, separated by commas; the next is tried when one does not answer. `embedded:DIR` is the registry inside of the worker, kept in that folder.",
  },
  "schema.registry.url.randomize": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    group: "Registry",
    documentation: "Start with any of the addresses rather than the first.",
  },
  "max.schemas.per.subject": {
    type: "INT",
    default: 1000,
    validator: atLeast(1),
    importance: "LOW",
    group: "Registry",
    documentation: "How many schemas are kept in memory.",
  },
  "http.connect.timeout.ms": {
    type: "INT",
    default: 60_000,
    validator: atLeast(1),
    importance: "LOW",
    group: "Registry",
    documentation: "How long to wait for a connection to the registry.",
  },
  "http.read.timeout.ms": {
    type: "INT",
    default: 60_000,
    validator: atLeast(1),
    importance: "LOW",
    group: "Registry",
    documentation: "How long to wait for an answer of the registry.",
  },
  "max.retries": {
    type: "INT",
    default: 3,
    validator: atLeast(0),
    importance: "LOW",
    group: "Registry",
    documentation:
      "How often a request is repeated when the registry does not answer, or with 408, 429 or 5xx. After that the record waits as errors.retry.timeout says.",
  },
  "retries.wait.ms": {
    type: "INT",
    default: 1000,
    validator: atLeast(0),
    importance: "LOW",
    group: "Registry",
    documentation: "First pause between attempts; doubled each time, and shortened by chance.",
  },
  "retries.max.wait.ms": {
    type: "INT",
    default: 20_000,
    validator: atLeast(0),
    importance: "LOW",
    group: "Registry",
    documentation: "Longest pause between attempts.",
  },
  "missing.schema.cache.ttl.sec": {
    type: "LONG",
    default: 60,
    validator: atLeast(0),
    importance: "LOW",
    group: "Registry",
    documentation:
      "How long the registry's answer that it has no such schema is believed, in seconds. Records with that id are errors meanwhile, without a request each.",
  },
  "latest.cache.ttl.sec": {
    type: "LONG",
    default: -1,
    validator: atLeast(-1),
    importance: "LOW",
    group: "Registry",
    documentation:
      "How long the newest version of a subject is used before the registry is asked again, in seconds; -1 for ever.",
  },
  "proxy.host": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Registry",
    documentation: "HTTP proxy to the registry.",
  },
  "proxy.port": {
    type: "INT",
    default: -1,
    validator: between(-1, 65_535),
    importance: "LOW",
    group: "Registry",
    documentation: "Port of the proxy.",
  },
} as const satisfies ConfigKeys;

/** How subjects are called, and where the schema is named in the record. */
export const namingKeys = {
  "key.subject.name.strategy": {
    type: "CLASS",
    default: "io.confluent.kafka.serializers.subject.TopicNameStrategy",
    validator: strategyClass,
    importance: "MEDIUM",
    group: "Names and bytes",
    documentation: "How the subject of a key is called.",
  },
  "value.subject.name.strategy": {
    type: "CLASS",
    default: "io.confluent.kafka.serializers.subject.TopicNameStrategy",
    validator: strategyClass,
    importance: "MEDIUM",
    group: "Names and bytes",
    documentation: "How the subject of a value is called.",
  },
  "key.schema.id.serializer": {
    type: "CLASS",
    default: `${SERIALIZERS}.PrefixSchemaIdSerializer`,
    importance: "LOW",
    group: "Names and bytes",
    documentation:
      "PrefixSchemaIdSerializer (id in front of the data) or HeaderSchemaIdSerializer (GUID in a header).",
  },
  "value.schema.id.serializer": {
    type: "CLASS",
    default: `${SERIALIZERS}.PrefixSchemaIdSerializer`,
    importance: "LOW",
    group: "Names and bytes",
    documentation: "The same for values.",
  },
} as const satisfies ConfigKeys;
