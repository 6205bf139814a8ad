import { atLeast } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

/** How Avro stands for Connect data. */
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
    documentation: "Accepted; has no effect: what is made of a schema is kept with the schema.",
  },
} as const satisfies ConfigKeys;
