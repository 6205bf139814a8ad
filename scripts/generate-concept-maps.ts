// Writes schemas/v2-to-fhir/concept-maps.json from the vocabulary tables of HL7's v2-to-FHIR guide: systems and
// codes, no displays and no prose. CLINICAL_DATA names the folder that holds the tables.
//   node scripts/generate-concept-maps.ts           writes the file
//   node scripts/generate-concept-maps.ts --check   exit code 1 when the file is not what it would write
import { readFileSync, writeFileSync } from "node:fs";
import { conceptMapsJson } from "../test/conformance/guide/concept-maps-json.ts";
import { guideFolder } from "../test/conformance/guide/tables.ts";

const target = "schemas/v2-to-fhir/concept-maps.json";
const folder = guideFolder();
if (folder === undefined) {
  process.stderr.write("CLINICAL_DATA is not set, or does not hold v2-to-fhir/.\n");
  process.exit(2);
}
const text = conceptMapsJson(folder);
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  process.stderr.write(
    `${target} differs from the tables; run node scripts/generate-concept-maps.ts\n`,
  );
  process.exit(1);
}
