export { exactNumber, isExactNumber, parseExactJson } from "./exact-json.ts";
export type { ExactNumber } from "./exact-json.ts";
