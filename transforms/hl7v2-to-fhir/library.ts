// What the command line, the console and a program may use without the worker. Uses no Node module.
export { convertMessage } from "./convert.ts";
export type { ConversionProblem, ConversionResult } from "./convert.ts";
export type { ConversionOptions, Made } from "./conversion.ts";
export { conversionReport, countFields } from "./report.ts";
export type {
  ConversionReport,
  ElementSource,
  FieldCounts,
  FieldReport,
  MadeElement,
} from "./report.ts";
export { toBundle } from "./bundle.ts";
export { convertedEvents } from "./messages/all.ts";
export { LocalWays, LocalWaysError, convertLocally, readLocalWays } from "./local/index.ts";
