import { ConfigDef, atLeast, between, nonEmptyString, oneOf } from "#connect-api";
import { authKeys } from "./auth/config.ts";

export const SERVER_URL = "fhir.server.url";
export const CAPABILITY_CHECK = "fhir.capability.check";

export const INTERACTION = "fhir.interaction";
export const BUNDLE_ENTRIES = "fhir.bundle.max.entries";
export const BUNDLE_BYTES = "fhir.bundle.max.bytes";
export const IN_FLIGHT = "fhir.max.in.flight.requests";
export const BUFFER_RECORDS = "buffer.count.records";
export const BUFFER_BYTES = "buffer.size.bytes";

export const RESOURCE_TYPES = "fhir.resource.types";
export const UPDATE_MODE = "fhir.update.mode";
export const IDENTIFIER_SYSTEMS = "fhir.identifier.systems";
export const MISSING_ID = "fhir.missing.id.policy";
export const SENSITIVE_ID_PATTERN = "fhir.sensitive.id.pattern";
export const SENSITIVE_ID_ACTION = "fhir.sensitive.id.action";
export const SENSITIVE_ID_SECRET = "fhir.sensitive.id.secret";

export const ORDERING_GUARD = "fhir.ordering.guard";
export const VERSION_PATH = "version.path";
export const DELETE_MODE = "fhir.delete.mode";
export const CONFLICT_POLICY = "fhir.conflict.policy";
export const REFERENCE_POLICY = "fhir.reference.policy";
export const REFERENCE_RETRY_MS = "fhir.reference.retry.ms";
export const RETRIES_MAX = "fhir.resource.retries.max";

export const REQUEST_TIMEOUT_MS = "request.timeout.ms";
export const RETRY_BACKOFF_MS = "retry.backoff.ms";
export const RETRY_BACKOFF_MAX_MS = "retry.backoff.max.ms";

const RESOURCES = "Resources";
const ORDER = "Order and conflicts";
const BUNDLES = "Bundles and buffers";
const CONNECTION = "Connection";

/** How resources are written, whoever runs the store. */
export const writingKeys = {
  [RESOURCE_TYPES]: {
    type: "LIST",
    default: "",
    importance: "LOW",
    group: RESOURCES,
    displayName: "Resource types",
    documentation:
      "Only these resource types are written, such as `Patient,Observation`; empty: all. Others are passed over. For conditions on content use the transformation `Filter`.",
  },
  [UPDATE_MODE]: {
    type: "STRING",
    default: "id",
    importance: "MEDIUM",
    validator: oneOf("id", "identifier"),
    group: RESOURCES,
    displayName: "Update mode",
    documentation:
      "`id`: `PUT Patient/123`. `identifier`: a conditional update, `PUT Patient?identifier=system|value`, for stores that give ids themselves. The identifier then stands in the store's own logs.",
  },
  [IDENTIFIER_SYSTEMS]: {
    type: "LIST",
    default: "",
    importance: "LOW",
    group: RESOURCES,
    displayName: "Identifier systems",
    documentation:
      "With `fhir.update.mode=identifier`, or for a resource without id: the systems of the identifier to take, in order of preference; empty: the first identifier that has a system.",
  },
  [MISSING_ID]: {
    type: "STRING",
    default: "refuse",
    importance: "LOW",
    validator: oneOf("refuse", "derive"),
    group: RESOURCES,
    displayName: "Resource without id",
    documentation:
      "`refuse`: dead letter queue. `derive`: an id made of type and identifier (a UUID, version 5), always the same for the same identifier.",
  },
  [SENSITIVE_ID_PATTERN]: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: RESOURCES,
    displayName: "Sensitive ids",
    documentation:
      "Regular expression of ids that say who somebody is, such as `[0-9]{3}-?[0-9]{2}-?[0-9]{4}` or an MRN. Ids stand in the store's logs and notifications, so such an id does not go there as it is.",
  },
  [SENSITIVE_ID_ACTION]: {
    type: "STRING",
    default: "refuse",
    importance: "LOW",
    validator: oneOf("refuse", "hash"),
    group: RESOURCES,
    displayName: "What to do with sensitive ids",
    documentation:
      "`refuse`: dead letter queue. `hash`: replaced by a keyed hash, in the resource and in all references to it.",
  },
  [SENSITIVE_ID_SECRET]: {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    group: RESOURCES,
    displayName: "Secret of the hash",
    documentation:
      "Key of the hash, 16 characters or more. Without it anyone could try out all numbers; with another one all ids become others.",
  },
  [DELETE_MODE]: {
    type: "STRING",
    default: "soft",
    importance: "MEDIUM",
    validator: oneOf("soft", "ignore"),
    group: RESOURCES,
    displayName: "Delete mode",
    documentation:
      "What a tombstone (key `Patient/123`) or the header `fhir-interaction: delete` does. `soft`: DELETE; versions stay in the history. `ignore`: nothing.",
  },
  [ORDERING_GUARD]: {
    type: "STRING",
    default: "source-version",
    importance: "HIGH",
    validator: oneOf("source-version", "none"),
    group: ORDER,
    displayName: "Ordering guard",
    documentation:
      "`source-version`: each resource carries its version of the source (an extension), the sink looks before it writes and writes with If-Match, so a replay never makes the store step back. `none`: resources as they are, one request less for each resource that is new to the task; a replay shows old states for a while and ends with the last.",
  },
  [VERSION_PATH]: {
    type: "STRING",
    default: "meta.versionId",
    importance: "LOW",
    group: ORDER,
    displayName: "Version",
    documentation:
      "Where a resource has its version. Newer is: the greater number there, then the later `meta.lastUpdated` (else the header `event-time`, else the record's time), then the greater offset.",
  },
  [CONFLICT_POLICY]: {
    type: "STRING",
    default: "reread",
    importance: "LOW",
    validator: oneOf("reread", "dlq", "fail"),
    group: ORDER,
    displayName: "Conflicts",
    documentation:
      "When somebody else wrote the resource at the same time (409, 412): `reread` looks again and writes if it still has the newer state; `dlq` and `fail` leave it to a person.",
  },
  [REFERENCE_POLICY]: {
    type: "STRING",
    default: "retry",
    importance: "MEDIUM",
    validator: oneOf("retry", "dlq", "fail"),
    group: ORDER,
    displayName: "Missing references",
    documentation:
      "When a resource refers to one that the store does not have: `retry` until it is there, at most `fhir.reference.retry.ms`; `dlq` at once; `fail` the task.",
  },
  [REFERENCE_RETRY_MS]: {
    type: "LONG",
    default: 300_000,
    importance: "LOW",
    validator: between(0, 86_400_000),
    group: ORDER,
    displayName: "Wait for references",
    documentation:
      "How long a missing reference is waited for, in milliseconds; then the dead letter queue. The offset of the partition is not committed meanwhile.",
  },
  [RETRIES_MAX]: {
    type: "INT",
    default: 20,
    importance: "LOW",
    validator: atLeast(0),
    group: ORDER,
    displayName: "Retries of one resource",
    documentation:
      "How often one resource may fail (5xx, conflicts) while the store takes others; then the dead letter queue. A store that is away counts for nobody: it is waited for.",
  },
  [INTERACTION]: {
    type: "STRING",
    default: "batch",
    importance: "MEDIUM",
    validator: oneOf("batch", "transaction", "single"),
    group: BUNDLES,
    displayName: "Interaction",
    documentation:
      "`batch`: Bundles in which each resource stands for itself. `transaction`: Bundles that are stored as a whole or not at all; one that fails is cut in two until the culprit is found. `single`: a request for each resource, for servers without Bundles.",
  },
  [BUNDLE_ENTRIES]: {
    type: "INT",
    default: 100,
    importance: "MEDIUM",
    validator: between(1, 4500),
    group: BUNDLES,
    displayName: "Entries",
    documentation: "Resources in one Bundle, at most.",
  },
  [BUNDLE_BYTES]: {
    type: "LONG",
    default: 4_000_000,
    importance: "LOW",
    validator: atLeast(1000),
    group: BUNDLES,
    displayName: "Bytes",
    documentation: "Bytes of resources in one Bundle, about; a larger resource goes by itself.",
  },
  [IN_FLIGHT]: {
    type: "INT",
    default: 8,
    importance: "MEDIUM",
    validator: between(1, 100),
    group: BUNDLES,
    displayName: "Requests at once",
    documentation:
      "Requests under way at once, at most, for each task. It begins with one and grows while the store keeps up; 429 and 503 halve it and are obeyed (Retry-After).",
  },
  [BUFFER_RECORDS]: {
    type: "LONG",
    default: 5000,
    importance: "LOW",
    validator: atLeast(1),
    group: BUNDLES,
    displayName: "Buffered resources",
    documentation: "Resources that may wait in memory; then nothing is taken from Kafka.",
  },
  [BUFFER_BYTES]: {
    type: "LONG",
    default: 64_000_000,
    importance: "LOW",
    validator: atLeast(1),
    group: BUNDLES,
    displayName: "Buffered bytes",
    documentation: "Bytes of resources that may wait in memory; then nothing is taken from Kafka.",
  },
  [REQUEST_TIMEOUT_MS]: {
    type: "LONG",
    default: 120_000,
    importance: "MEDIUM",
    validator: between(100, 3_600_000),
    group: CONNECTION,
    displayName: "Request timeout",
    documentation:
      "How long one request may take, in milliseconds. Then what the store has is read before anything is sent again.",
  },
  [RETRY_BACKOFF_MS]: {
    type: "LONG",
    default: 250,
    importance: "LOW",
    validator: between(1, 600_000),
    group: CONNECTION,
    displayName: "First pause",
    documentation:
      "The first pause before a retry is a random part of this, in milliseconds; it doubles with each failure.",
  },
  [RETRY_BACKOFF_MAX_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "LOW",
    validator: between(1, 600_000),
    group: CONNECTION,
    displayName: "Longest pause",
    documentation: "Upper bound of that pause, in milliseconds.",
  },
} as const;

/** Reading what a server can do, for stores with a CapabilityStatement. */
export const capabilityKeys = {
  [CAPABILITY_CHECK]: {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: CONNECTION,
    displayName: "Check capabilities",
    documentation:
      "Whether `validate` and the POST of a config read the server's CapabilityStatement (`metadata`) and refuse what it cannot do.",
  },
} as const;

export const serverUrlKey = {
  [SERVER_URL]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    group: CONNECTION,
    displayName: "Base URL",
    documentation: "Base of the FHIR R4 server, such as `https://fhir.example.org/fhir`.",
  },
} as const;

export const configDef = new ConfigDef({
  ...serverUrlKey,
  ...authKeys,
  ...capabilityKeys,
  ...writingKeys,
});
