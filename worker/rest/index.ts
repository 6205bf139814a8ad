export { startRestServer } from "./rest-server.ts";
export type { RestServer, RestSettings } from "./rest-server.ts";
export type { RestOptions } from "./resource.ts";
