// `npm run test:hapi`: every resource that is made of every sample message, through four judges: the product's own
// validation (structure, required bindings, invariants), @medplum/core, reference closure, and HAPI FHIR's instance
// validator. CLINICAL_DATA names the folder with the samples. Exit 1 when any of them finds an error.
//
//   --us-core FOLDER   the same with `fhir.profile=us-core`, and HAPI checks the profiles, too. FOLDER holds US Core 6.1.0's
//                      definitions as JSON (input/resources of HL7/US-Core at its tag 6.1.0).
//
// All resources are judged, not one of each shape; resources that are equal in every byte are judged once.
import { parseArgs } from "node:util";
import { danglingReferences, medplumFindings, ownFindings } from "./judges.ts";
import { sampleFiles, sampleOutputs, samplesFolder } from "./samples.ts";
import { validateWithHapi } from "../servers/hapi-validator.ts";

const folder = samplesFolder();
if (folder === undefined) {
  process.stderr.write("CLINICAL_DATA is not set, or does not hold hl7v2-samples/.\n");
  process.exit(2);
}

const usCore = parseArgs({ options: { "us-core": { type: "string" } } }).values["us-core"];
const profile = usCore === undefined ? "r4" : "us-core";

const findings = new Map<string, { times: number; example: string }>();
/** Places without indices, and rules; an example is the name of a sample. */
const note = (judge: string, text: string, example: string): void => {
  const key = `${judge}: ${text.replaceAll(/\[\d+\]/g, "")}`;
  const known = findings.get(key) ?? { times: 0, example };
  known.times += 1;
  findings.set(key, known);
};

const first = new Map<string, string>();
let [messages, converted, resources] = [0, 0, 0];
for (const output of sampleOutputs(folder, profile)) {
  messages += 1;
  if (output.resources.length > 0) converted += 1;
  for (const place of danglingReferences(output.resources)) note("reference", place, output.name);
  for (const resource of output.resources) {
    resources += 1;
    const json = JSON.stringify(resource);
    if (first.has(json)) continue;
    first.set(json, output.name);
    for (const finding of ownFindings(resource)) note("own", finding, output.name);
    for (const finding of medplumFindings(json)) note("medplum", finding, output.name);
  }
}
const distinct = [...first.keys()];
process.stderr.write(`${distinct.length} different resources go to HAPI's validator …\n`);
for (const [index, errors] of (await validateWithHapi(distinct, usCore)).entries()) {
  const name = first.get(distinct[index] ?? "") ?? "";
  for (const { location, text } of errors) note("HAPI", `${location} ${text}`, name);
}
process.stdout.write(
  `${sampleFiles(folder).length} samples, ${messages} messages, ${converted} converted, ${resources} resources ` +
    `(${distinct.length} different): ${findings.size === 0 ? "no findings" : `${findings.size} findings`}\n`,
);
for (const [finding, { times, example }] of findings) {
  process.stdout.write(`${times} times, such as ${example}: ${finding}\n`);
}
process.exitCode = findings.size === 0 ? 0 : 1;
