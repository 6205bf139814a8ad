export { startRestServer } from "./rest-server.ts";
export type { RestServer } from "./rest-server.ts";
export type { RestOptions } from "./resource.ts";
