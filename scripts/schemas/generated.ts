import { existsSync, readFileSync } from "node:fs";
import { avroOfResource, jsonSchemaOfResource, seededAvro } from "#lib/fhir-schema";
import type { FhirDefinitions } from "#lib/fhir-schema";
import { compiledValidators } from "./compiled-validators.ts";
import { PIPELINE_RESOURCES } from "./pipeline-resources.ts";
import { EVENTS, avroOfEvent, jsonSchemaOfEvent } from "./events.ts";

const DEFINITIONS = "schemas/fhir/r4/definitions.json";

/** The version of a resource's schema that consumers had before there was a generator, if there was one. */
const seedFile = (resource: string): string =>
  `schemas/released/avro/healthcare.fhir.${resource.toLowerCase()}-value/1.avsc`;
const SEEDED = new Set(["Patient"]);

const textOf = (schema: object): string => `${JSON.stringify(schema)}\n`;

/** Text by path of every generated schema file. */
export function generatedSchemas(): ReadonlyMap<string, string> {
  const definitions = JSON.parse(readFileSync(DEFINITIONS, "utf8")) as FhirDefinitions;
  const files = new Map<string, string>();
  for (const [name, { kind }] of Object.entries(definitions.types)) {
    if (kind !== "resource") continue;
    files.set(`schemas/fhir/avro/${name}.avsc`, textOf(avroFor(definitions, name)));
    const json = jsonSchemaOfResource(definitions, name);
    files.set(`schemas/fhir/json/${name}.json`, textOf(json));
  }
  const pipeline = new Map(
    PIPELINE_RESOURCES.map((name) => [
      name,
      jsonSchemaOfResource(definitions, name) as Record<string, unknown>,
    ]),
  );
  files.set("schemas/fhir/compiled/validators.js", compiledValidators(pipeline));
  for (const event of EVENTS) {
    files.set(`schemas/events/avro/${event.name}.avsc`, pretty(avroOfEvent(event)));
    files.set(`schemas/events/json/${event.name}.json`, pretty(jsonSchemaOfEvent(event)));
  }
  return files;
}

/** Events are for people to read. */
const pretty = (schema: object): string => `${JSON.stringify(schema, undefined, 2)}\n`;

function avroFor(definitions: FhirDefinitions, name: string): object {
  const generated = avroOfResource(definitions, name);
  const file = seedFile(name);
  if (!SEEDED.has(name) || !existsSync(file)) return generated;
  return seededAvro(generated, JSON.parse(readFileSync(file, "utf8")) as object);
}
