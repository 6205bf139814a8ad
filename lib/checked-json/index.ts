export { Problems, parseJson } from "./checked-json.ts";
export type { JsonObject } from "./checked-json.ts";
