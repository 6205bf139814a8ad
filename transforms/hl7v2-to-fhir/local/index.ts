export { convertLocally } from "./convert-locally.ts";
export { LocalWays, LocalWaysError, readLocalWays } from "./local-ways.ts";
