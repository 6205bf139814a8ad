import { ConfigError, atLeast, between, oneOf } from "#connect-api";
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

export const securityKeys = {
  "basic.auth.credentials.source": {
    type: "STRING",
    default: "URL",
    validator: oneOf("URL", "USER_INFO", "SASL_INHERIT"),
    importance: "MEDIUM",
    group: "Security",
    documentation:
      "Where name and password come from: URL (`https://name:password@host`) or USER_INFO (basic.auth.user.info).",
  },
  "basic.auth.user.info": {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "`name:password`, with basic.auth.credentials.source=USER_INFO.",
  },
  "schema.registry.basic.auth.user.info": {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "Older name of basic.auth.user.info.",
  },
  "bearer.auth.credentials.source": {
    type: "STRING",
    default: null,
    validator: oneOf("STATIC_TOKEN", "OAUTHBEARER", "null"),
    importance: "MEDIUM",
    group: "Security",
    documentation:
      "STATIC_TOKEN (bearer.auth.token) or OAUTHBEARER (client credentials at an issuer).",
  },
  "bearer.auth.token": {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "The token, with STATIC_TOKEN.",
  },
  "bearer.auth.issuer.endpoint.url": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "Where tokens are issued, with OAUTHBEARER.",
  },
  "bearer.auth.client.id": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "Client id at the issuer.",
  },
  "bearer.auth.client.secret": {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "Client secret at the issuer.",
  },
  "bearer.auth.scope": {
    type: "STRING",
    default: "",
    importance: "LOW",
    group: "Security",
    documentation: "Scope that is asked for.",
  },
  "bearer.auth.cache.expiry.buffer.seconds": {
    type: "INT",
    default: 300,
    validator: atLeast(0),
    importance: "LOW",
    group: "Security",
    documentation: "How long before its end a token is replaced.",
  },
  "bearer.auth.logical.cluster": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "Sent as the header target-sr-cluster.",
  },
  "bearer.auth.identity.pool.id": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "Sent as the header Confluent-Identity-Pool-Id.",
  },
  "schema.registry.ssl.truststore.type": {
    type: "STRING",
    default: "PEM",
    validator: oneOf("PEM"),
    importance: "LOW",
    group: "Security",
    documentation: "Only PEM is read.",
  },
  "schema.registry.ssl.truststore.location": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "PEM file with the certificates that the registry's must be signed by.",
  },
  "schema.registry.ssl.truststore.certificates": {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "The same as text.",
  },
  "schema.registry.ssl.keystore.type": {
    type: "STRING",
    default: "PEM",
    validator: oneOf("PEM"),
    importance: "LOW",
    group: "Security",
    documentation: "Only PEM is read.",
  },
  "schema.registry.ssl.keystore.location": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: "Security",
    documentation: "PEM file with our own key and certificate.",
  },
  "schema.registry.ssl.keystore.certificate.chain": {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "Our own certificate as PEM text.",
  },
  "schema.registry.ssl.keystore.key": {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "Our own key as PEM text.",
  },
  "schema.registry.ssl.key.password": {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    group: "Security",
    documentation: "Password of our own key.",
  },
} as const satisfies ConfigKeys;

/** Which schema records are written with. */
export const choiceKeys = {
  "auto.register.schemas": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Which schema",
    documentation:
      "Register a schema that the subject does not have yet. Off by default, other than in Confluent's converters: in production, schemas are registered by people.",
  },
  "normalize.schemas": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    group: "Which schema",
    documentation:
      "Have the registry compare schemas without regard to the order of members and the like.",
  },
  "use.schema.id": {
    type: "INT",
    default: -1,
    importance: "LOW",
    group: "Which schema",
    documentation: "Write with the schema of this id; -1 for none.",
  },
  "use.schema.guid": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Which schema",
    documentation: "Write with the schema of this GUID.",
  },
  "id.compatibility.strict": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Which schema",
    documentation: "Refuse records whose own schema the schema of use.schema.id cannot read.",
  },
  "use.latest.version": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Which schema",
    documentation: "Write with the newest version of the subject.",
  },
  "latest.compatibility.strict": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Which schema",
    documentation: "Refuse records whose own schema the newest version cannot read.",
  },
  "use.latest.with.metadata": {
    type: "STRING",
    default: "",
    importance: "LOW",
    group: "Which schema",
    documentation:
      "Write with the newest version whose metadata has these properties: `name=value,name=value`.",
  },
  "schema.policy": {
    type: "STRING",
    default: "clinical",
    validator: oneOf("clinical", "none"),
    importance: "MEDIUM",
    group: "Which schema",
    documentation:
      "Asked before a schema is registered, on top of the registry's own level. `clinical` refuses a field that is removed, renamed without alias, or of another type, scale, enum or namespace.",
  },
  "schema.policy.consumers.url": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "Which schema",
    documentation:
      "Address of a Connect worker. A refusal then names its connectors that read the topic. Not needed with an embedded registry.",
  },
  "record.schemas": {
    type: "STRING",
    default: "auto",
    validator: oneOf("auto", "always", "never"),
    importance: "MEDIUM",
    group: "Data",
    documentation:
      "How records are given to transformations and connectors: with a Connect schema, as Confluent's converters do (always); as plain data, as JSON without schemas would be (never); or plain for FHIR resources and with a schema for all others (auto).",
  },
} as const satisfies ConfigKeys;

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

export const avroDataKeys = {
  "connect.meta.data": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Data",
    documentation:
      "Keep names, versions, parameters and defaults of Connect schemas as properties of the Avro schema.",
  },
  "enhanced.avro.schema.support": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Data",
    documentation: "Keep enums as enums, and name the parts of unions by full names.",
  },
  "generalized.sum.type.support": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Data",
    documentation: "Unions and enums as Confluent's generalized sum types.",
  },
  "scrub.invalid.names": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Data",
    documentation: "Replace characters that Avro names do not have by `_`.",
  },
  "allow.optional.map.keys": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    group: "Data",
    documentation: "A map with optional text keys is an Avro map.",
  },
  "flatten.singleton.unions": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Data",
    documentation: "A union of one branch is that branch.",
  },
  "discard.type.doc.default": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    group: "Data",
    documentation: "Do not take the doc of a type for the doc of a field.",
  },
  "avro.fail.on.trailing.data": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    group: "Data",
    documentation: "Refuse records with bytes after the data.",
  },
  "schemas.cache.config": {
    type: "INT",
    default: 1000,
    validator: atLeast(1),
    importance: "LOW",
    group: "Data",
    documentation: "How many schemas are kept converted.",
  },
} as const satisfies ConfigKeys;

export const jsonDataKeys = {
  "json.fail.invalid.schema": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    group: "Data",
    documentation: "Refuse data that the schema does not allow, when it is written.",
  },
  "object.additional.properties": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Data",
    documentation:
      "Schemas made from Connect schemas allow further properties. A closed object can be extended later, an open one cannot.",
  },
  "use.optional.for.nonrequired": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Data",
    documentation: "A property that is not required is an optional field.",
  },
  "decimal.format": {
    type: "STRING",
    default: "BASE64",
    validator: oneOf("BASE64", "NUMERIC"),
    importance: "LOW",
    group: "Data",
    documentation: "How decimals are written. Both are read.",
  },
  "flatten.singleton.unions": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Data",
    documentation: "A union of one branch is that branch.",
  },
  "schemas.cache.size": {
    type: "INT",
    default: 1000,
    validator: atLeast(1),
    importance: "LOW",
    group: "Data",
    documentation: "How many schemas are kept converted.",
  },
} as const satisfies ConfigKeys;
