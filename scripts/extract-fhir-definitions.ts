// Writes schemas/fhir/r4/definitions.json from the official package of FHIR R4 (hl7.fhir.r4.examples),
// which is fetched into the cache at the first run. With --check it writes nothing and fails when the file
// is another one.
import { readFileSync, writeFileSync } from "node:fs";
import { extractDefinitions } from "#lib/fhir-schema";
import { fhirPackage, fhirResources } from "../test/servers/fhir-package.ts";

const FILE = "schemas/fhir/r4/definitions.json";

const definitions = extractDefinitions(
  fhirResources(fhirPackage(), /^(StructureDefinition|ValueSet|CodeSystem)-/),
);
const text = `${JSON.stringify(definitions)}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
  process.stderr.write(`${Object.keys(definitions.types).length} types, ${text.length} bytes\n`);
} else if (readFileSync(FILE, "utf8") !== text) {
  process.stderr.write(
    `${FILE} is not what the official package gives; run this without --check\n`,
  );
  process.exitCode = 1;
}
