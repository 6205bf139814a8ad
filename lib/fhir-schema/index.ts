export { avroOfResource } from "./avro.ts";
export type { FhirDefinitions } from "./definitions.ts";
export { jsonSchemaOfResource } from "./json-schema.ts";
export { SeedError, seededAvro } from "./seed.ts";
export { extractDefinitions } from "./extract-definitions.ts";
