export { resourceId } from "./resource-id.ts";
export { fhirCode } from "./code.ts";
export { clean } from "./clean.ts";
export { fhirDate, fhirDateTime, fhirInstant, fhirTime, isTimeZone } from "./date-time.ts";
export { fhirDecimal } from "./decimal.ts";
export * from "./resource-event.ts";
