import type { Coding } from "fhir/r4";
import { hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { Repetition } from "#lib/hl7v2";

/** PT.1 (training, debugging, production) and PT.2 (processing mode) as tags. Source: HL7 v2-to-FHIR, PT[Meta]. */
export function ptToTags(pt: Repetition): Coding[] {
  const tags: Coding[] = [];
  const id = pt.component(1).value;
  if (id !== "") tags.push({ system: hl7Table("0103"), code: id });
  const mode = mapCode("ProcessingMode", pt.component(2).value);
  if (mode) tags.push({ ...mode });
  return tags;
}
