export * from "./exact-json.ts";
export { JsonReader } from "./json-reader.ts";
export type { JsonReaderOptions, NumberOf } from "./json-reader.ts";
export { jacksonText } from "./jackson-text.ts";
