import type { CodeableConcept, Extension, Patient } from "fhir/r4";
import type { Field } from "#lib/hl7v2";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import type { Row } from "../segment-map.ts";
import { keptUrl } from "../segment-map.ts";
import { codeTable } from "../codesystems/code-table.ts";

/** The CDC's code set of race and ethnicity, by which US Core's extensions are bound. */
const CDCREC = "urn:oid:2.16.840.1.113883.6.238";
const US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition";

/** The categories of the Office of Management and Budget; other codes of the CDC go under `detailed`. */
const OMB: ReadonlySet<string> = new Set([
  "1002-5",
  "2028-9",
  "2054-5",
  "2076-8",
  "2106-3",
  "2131-1",
  "2135-2",
  "2186-5",
]);

/** Codes of table 0189 to the CDC's. */
const ETHNICITY: Readonly<Record<string, string>> = codeTable({ H: "2135-2", N: "2186-5" });

/**
 * PID-10 and PID-22. Codes of the CDC (and H and N of table 0189) make the extension of US Core, which is also known
 * outside of the United States; any other code is kept under the name of the field.
 */
export function raceExtension(kind: "race" | "ethnicity"): Row<Patient>["apply"] {
  return (field: Field, target: Patient, _conversion, segment, position) => {
    const concepts = field.repetitions.flatMap((each) => cweToCodeableConcept(each) ?? []);
    if (concepts.length === 0) return false;
    const parts = concepts.map((concept) => partOf(concept, kind));
    const known = parts.filter((part) => part !== undefined);
    const list = (target.extension ??= []);
    if (known.length === parts.length && (kind === "race" || known.length === 1)) {
      const texts = concepts.map(({ coding = [], text }) => text || coding[0]?.display);
      const valueString = texts.filter(Boolean).join(", ") || known[0]?.valueCoding?.code;
      const text: Extension = { url: "text", valueString };
      list.push({ url: `${US_CORE}/us-core-${kind}`, extension: [...known, text] });
    } else {
      for (const valueCodeableConcept of concepts) {
        list.push({ url: keptUrl(segment.name, position), valueCodeableConcept });
      }
    }
    return true;
  };
}

function partOf(
  { coding = [] }: CodeableConcept,
  kind: "race" | "ethnicity",
): Extension | undefined {
  for (const { system, code = "", display } of coding) {
    const own = kind === "ethnicity" ? ETHNICITY[code] : undefined;
    if (own) return { url: "ombCategory", valueCoding: { system: CDCREC, code: own } };
    if (system !== CDCREC && !(system === undefined && OMB.has(code))) continue;
    const valueCoding = { system: CDCREC, code, ...(display ? { display } : {}) };
    return { url: OMB.has(code) ? "ombCategory" : "detailed", valueCoding };
  }
  return undefined;
}
