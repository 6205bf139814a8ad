export { jsonSchemaIncompatibilities } from "./compatibility.ts";
export type { JsonCompatibilityOptions } from "./compatibility.ts";
export type { JsonSchemaReason } from "./reason.ts";
export { samePattern } from "./same-pattern.ts";
export { SchemaDocument, isObject } from "./schema-document.ts";
export type { JsonSchema, SchemaObject } from "./schema-document.ts";
