// Writes the generated schemas of schemas/ from the reduced definitions (schemas/fhir/r4/definitions.json):
// schemas/fhir/avro/*.avsc and schemas/fhir/json/*.json, one for each resource of FHIR R4. With --check it writes
// nothing and fails when a file is another one, is missing, or is too many.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedSchemas } from "./schemas/generated.ts";

const isCheck = process.argv.includes("--check");
const wrong: string[] = [];

const files = generatedSchemas();
for (const folder of new Set(
  [...files.keys()].map((file) => file.slice(0, file.lastIndexOf("/"))),
)) {
  if (!isCheck) mkdirSync(folder, { recursive: true });
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const file = join(folder, name);
    if (files.has(file) || !/\.(avsc|json|js)$/.test(name)) continue;
    if (isCheck) wrong.push(`${file}: nothing generates this file`);
    else rmSync(file);
  }
}
for (const [file, text] of files) {
  if (!isCheck) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    wrong.push(`${file}: not what the generator makes; run npm run schemas`);
  }
}
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join("\n")}\n`);
  process.exitCode = 1;
}
