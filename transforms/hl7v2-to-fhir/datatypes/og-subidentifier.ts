import type { Extension } from "fhir/r4";
import { fhirDecimal } from "#lib/fhir";
import type { ValueOf } from "../segment-map.ts";

/**
 * Maps OBX-4 (OG, or an ST such as `1.2`) to the extension that keeps it, so that observations that belong together
 * can be told. Source: HL7 v2-to-FHIR, OG[Extension-Subidentifier].
 */
export const og: ValueOf<Extension> = (repetition) => {
  const [original, group, sequence, identifier] = [1, 2, 3, 4].map(
    (position) => repetition.component(position).value,
  ) as [string, string, string, string];
  const groupNumber = fhirDecimal(group);
  const sequenceNumber = fhirDecimal(sequence);
  const extension: Extension[] = [];
  if (original !== "") extension.push({ url: "original-sub-identifier", valueString: original });
  if (groupNumber !== undefined) extension.push({ url: "group", valueDecimal: groupNumber });
  if (sequenceNumber !== undefined)
    extension.push({ url: "sequence", valueDecimal: sequenceNumber });
  if (identifier !== "") extension.push({ url: "identifier", valueString: identifier });
  return extension.length === 0
    ? undefined
    : { url: "http://hl7.org/fhir/StructureDefinition/observation-v2-subid", extension };
};
