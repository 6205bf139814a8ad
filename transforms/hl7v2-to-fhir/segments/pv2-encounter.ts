import type { Encounter } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe, cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { date, dateTime, decimal, text, unsignedInt, yesOrNo } from "../datatypes/primitives.ts";
import { days } from "../datatypes/quantities.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { participant, place } from "./pv1-encounter.ts";

const { each, one, rule, extension, kept } = rowsFor<Encounter>();

/** Source: HL7 v2-to-FHIR, PV2[Encounter]; what it leaves open is kept under the name of the field. */
export const pv2Encounter = segmentMap<Encounter>("PV2[Encounter]", {
  1: each("location", place("planned")),
  2: kept("valueCodeableConcept", cwe(undefined, "0129")),
  3: each("reasonCode", cwe()),
  4: kept("valueCodeableConcept", cwe()),
  5: kept("valueString", text),
  6: kept("valueString", text),
  7: kept("valueCodeableConcept", cwe("VisitUserCode", "0130")),
  // The guide names the extensions of R5's elements; HAPI's validator refuses every URL of that kind.
  8: kept("valueDateTime", dateTime),
  9: kept("valueDateTime", dateTime),
  10: kept("valueDuration", days),
  11: one("length", days),
  12: rule("text.div", (field, target) => {
    const text = field.decoded.trim();
    if (text === "") return false;
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${escaped}</div>`;
    target.text = { status: "additional", div };
    return true;
  }),
  13: each("participant", participant("REF")),
  14: kept("valueDate", date),
  15: kept("valueBoolean", yesOrNo),
  16: kept("valueCodeableConcept", cwe(undefined, "0213")),
  17: kept("valueDate", date),
  18: kept("valueCodeableConcept", cwe(undefined, "0214")),
  19: kept("valueBoolean", yesOrNo),
  20: kept("valueUnsignedInt", unsignedInt),
  21: kept("valueCodeableConcept", cwe("PublicityCode", "0215")),
  22: rule("meta.security", (field, target, conversion, segment) => {
    const isProtected = yesOrNo(field.first, conversion, segment, 22);
    if (isProtected === undefined) return false;
    if (isProtected) {
      const security = (target.meta ??= {}).security ?? [];
      target.meta.security = [
        ...security,
        { system: "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code: "R" },
      ];
    }
    return true;
  }),
  23: one("serviceProvider", organization),
  24: kept("valueCodeableConcept", cwe(undefined, "0216")),
  25: one("priority", cwe("EncounterPriority", "0217")),
  26: kept("valueDate", date),
  27: kept("valueCodeableConcept", cwe(undefined, "0112")),
  28: kept("valueDate", date),
  29: kept("valueDate", date),
  30: kept("valueCodeableConcept", cwe(undefined, "0218")),
  31: kept("valueCodeableConcept", cwe(undefined, "0219")),
  32: kept("valueBoolean", yesOrNo),
  33: kept("valueDateTime", dateTime),
  34: kept("valueBoolean", yesOrNo),
  35: kept("valueBoolean", yesOrNo),
  36: kept("valueBoolean", yesOrNo),
  37: kept("valueBoolean", yesOrNo),
  38: extension(
    "http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival",
    "valueCoding",
    cweCoding("ModeOfArrivalCode", "0430"),
  ),
  39: kept("valueCodeableConcept", cwe(undefined, "0431")),
  40: kept("valueCodeableConcept", cwe("AdmissionLevelOfCareCode", "0432")),
  41: kept("valueCodeableConcept", cwe(undefined, "0433")),
  42: kept("valueCodeableConcept", cwe(undefined, "0434")),
  43: kept("valueCodeableConcept", cwe(undefined, "0315")),
  44: kept("valueCodeableConcept", cwe(undefined, "0316")),
  45: kept("valueCodeableConcept", cwe(undefined, "0435")),
  46: kept("valueDate", date),
  47: kept("valueDateTime", dateTime),
  48: kept("valueDateTime", dateTime),
  49: kept("valueDateTime", dateTime),
  50: each("identifier", cxToIdentifier),
  51: kept("valueDecimal", decimal),
  52: kept("valueReference", practitioner),
});

/** Adds to the visit. */
export function pv2(segment: Segment, { conversion, encounter }: State): void {
  if (encounter) applyMap(pv2Encounter, segment, encounter, conversion);
}
