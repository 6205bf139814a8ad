import { ConfigDef, oneOfIgnoringCase } from "#connect-api";

export const SCHEMAS_ENABLE = "schemas.enable";
export const SCHEMAS_CACHE_SIZE = "schemas.cache.size";
export const DECIMAL_FORMAT = "decimal.format";
export const REPLACE_NULL_WITH_DEFAULT = "replace.null.with.default";
export const SCHEMA_CONTENT = "schema.content";

export const configDef = new ConfigDef({
  [SCHEMAS_ENABLE]: {
    type: "BOOLEAN",
    default: true,
    importance: "HIGH",
    group: "Schemas",
    order: 0,
    width: "MEDIUM",
    displayName: "Enable Schemas",
    documentation:
      'Write and expect every value as `{"schema":…,"payload":…}`. When false, plain JSON.',
  },
  [SCHEMAS_CACHE_SIZE]: {
    type: "INT",
    default: 1000,
    importance: "HIGH",
    group: "Schemas",
    order: 1,
    width: "MEDIUM",
    displayName: "Schema Cache Size",
    documentation: "How many schemas that were read are kept.",
  },
  [DECIMAL_FORMAT]: {
    type: "STRING",
    default: "BASE64",
    validator: oneOfIgnoringCase("NUMERIC", "BASE64"),
    importance: "LOW",
    group: "Serialization",
    order: 0,
    width: "MEDIUM",
    displayName: "Decimal Format",
    documentation:
      "How decimals are written: BASE64 (the bytes of the unscaled value) or NUMERIC (a JSON number with all its digits). Both are read.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Serialization",
    order: 1,
    width: "MEDIUM",
    displayName: "Replace null with default",
    documentation:
      "Take the default of a field whose value is null, in reading and writing. When false, null is kept.",
  },
  [SCHEMA_CONTENT]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    group: "Schemas",
    order: 2,
    width: "MEDIUM",
    displayName: "Schema Content",
    documentation:
      "The schema of every value, as JSON. Values are then read without an envelope. Holds with `schemas.enable` only.",
  },
});
