export * from "./schema.ts";
export * from "./schema-builder.ts";
export * from "./schemas.ts";
export * from "./struct.ts";
export * from "./decimal.ts";
export * from "./logical.ts";
export * from "./narrow-number.ts";
export { sameSchema, validateValue } from "./validate-value.ts";
