import { atLeast, oneOf } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

/** How JSON stands for Connect data. */
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
    documentation: "Accepted; has no effect: what is made of a schema is kept with the schema.",
  },
} as const satisfies ConfigKeys;
