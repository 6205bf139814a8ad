export * from "./record-log.ts";
export { openRecordLog } from "./open.ts";
