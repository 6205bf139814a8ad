export * from "./simple-date-format.ts";
