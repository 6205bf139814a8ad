import { oneOf } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

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
