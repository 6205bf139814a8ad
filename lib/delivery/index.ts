export { Dispatcher } from "./dispatcher.ts";
export type { DispatcherOptions } from "./dispatcher.ts";
export type { Queued, Waiting } from "./lanes.ts";
export { Pace, jitter } from "./pace.ts";
export type { PaceOptions } from "./pace.ts";
export { Positions } from "./positions.ts";
export type { Taken } from "./positions.ts";
