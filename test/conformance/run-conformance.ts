// `npm run test:conformance`: every row of HL7's v2-to-FHIR guide as a tiny message, and docs/conformance.md with what
// it became. CLINICAL_DATA names the folder with the guide's tables.
//   --missing MAP   prints the rows of one map that are missing, with the message that was sent; writes nothing
import { writeFileSync } from "node:fs";
import { Guide } from "./guide/cases.ts";
import { countsOf, reportText } from "./guide/report.ts";
import { runCodes, runRows } from "./guide/run.ts";
import { guideFolder } from "./guide/tables.ts";

const folder = guideFolder();
if (folder === undefined) {
  process.stderr.write("CLINICAL_DATA is not set, or does not hold v2-to-fhir/.\n");
  process.exit(2);
}
const guide = new Guide(folder);
const rows = runRows(guide);
const codes = runCodes(folder, guide);
const at = process.argv.indexOf("--missing");
if (at >= 0) {
  const wanted = process.argv[at + 1] ?? "";
  for (const { row, verdict, message, note } of rows) {
    if (verdict !== "missing" || !row.map.startsWith(wanted)) continue;
    const condition = row.condition === "" ? "" : `  [${row.condition}]`;
    process.stdout.write(
      `${row.map}:${row.line} ${row.source} → ${row.rawTarget}${condition}: ${note}\n`,
    );
    process.stdout.write(`${message.replaceAll("\r", "\n").replaceAll(/^/gm, "    ")}\n`);
  }
} else {
  writeFileSync("docs/conformance.md", reportText(rows, codes));
  process.stdout.write(
    `rows ${JSON.stringify(countsOf(rows))}\nvocabulary ${JSON.stringify(countsOf(codes))}\n`,
  );
}
