export * from "./types.ts";
export * from "./password.ts";
export * from "./validators.ts";
export * from "./config-def.ts";
export * from "./config-table.ts";
export { invalidValue, parseValue, valueText } from "./value-text.ts";
export { translateJavaPattern } from "./java-pattern.ts";
export type { TranslatedPattern } from "./java-pattern.ts";
