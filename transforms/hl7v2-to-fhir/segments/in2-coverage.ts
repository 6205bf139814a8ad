import type { Coverage } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxOfType, cxToIdentifier, identifierType } from "../datatypes/cx-identifier.ts";
import { date, text, wholeText, yesOrNo } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xpnToString } from "../datatypes/xpn-humanname.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each, kept } = rowsFor<Coverage>();

/**
 * What else is known of an insurance and its insured. The guide has no map for IN2: numbers become identifiers of the
 * coverage as in Microsoft's template, the rest is kept under the name of the field.
 */
export const in2Coverage = segmentMap<Coverage>("IN2[Coverage]", {
  1: kept("valueIdentifier", cxToIdentifier),
  2: each("identifier", ({ value }) =>
    value === ""
      ? undefined
      : { type: identifierType("SS"), system: "http://hl7.org/fhir/sid/us-ssn", value },
  ),
  3: kept("valueReference", practitioner),
  4: kept("valueCodeableConcept", cwe(undefined, "0139")),
  5: kept("valueCodeableConcept", cwe(undefined, "0137")),
  6: each("identifier", ({ value }) =>
    value === "" ? undefined : { type: identifierType("MC"), value },
  ),
  7: kept("valueString", xpnToString),
  8: each("identifier", ({ value }) =>
    value === "" ? undefined : { type: identifierType("MA"), value },
  ),
  9: kept("valueString", xpnToString),
  10: kept("valueString", text),
  11: kept("valueString", text),
  12: kept("valueString", text),
  13: kept("valueString", text),
  14: kept("valueCodeableConcept", cwe(undefined, "0140")),
  15: kept("valueCodeableConcept", cwe(undefined, "0141")),
  16: kept("valueCodeableConcept", cwe(undefined, "0142")),
  17: kept("valueDate", date),
  18: kept("valueBoolean", yesOrNo),
  19: kept("valueBoolean", yesOrNo),
  20: kept("valueBoolean", yesOrNo),
  21: kept("valueString", xpnToString),
  22: kept("valueString", xpnToString),
  23: kept("valueCodeableConcept", cwe(undefined, "0143")),
  24: kept("valueString", wholeText),
  25: each("identifier", cxOfType("MB")),
  26: each("identifier", cxToIdentifier),
  27: kept("valueCodeableConcept", cwe(undefined, "0145")),
  28: kept("valueString", wholeText),
  29: kept("valueString", wholeText),
  30: kept("valueCodeableConcept", cwe(undefined, "0148")),
  31: kept("valueCodeableConcept", cwe(undefined, "0223")),
  32: kept("valueCodeableConcept", cwe(undefined, "0009")),
  33: kept("valueCodeableConcept", cwe(undefined, "0171")),
  34: kept("valueCodeableConcept", cwe()),
  35: kept("valueCodeableConcept", cwe(undefined, "0220")),
  36: kept("valueCodeableConcept", cwe("PublicityCode", "0215")),
  37: kept("valueBoolean", yesOrNo),
  38: kept("valueCodeableConcept", cwe(undefined, "0231")),
  39: kept("valueCodeableConcept", cwe("Religion", "0006")),
  40: kept("valueString", xpnToString),
  41: kept("valueCodeableConcept", cwe(undefined, "0212")),
  42: kept("valueCodeableConcept", cwe(undefined, "0189")),
  43: kept("valueCodeableConcept", cwe("MaritalStatus", "0002")),
  44: kept("valueDate", date),
  45: kept("valueDate", date),
  46: kept("valueString", text),
  47: kept("valueCodeableConcept", cwe(undefined, "0327")),
  48: kept("valueCodeableConcept", cwe(undefined, "0311")),
  49: kept("valueString", xpnToString),
  50: kept("valueContactPoint", xtn()),
  51: kept("valueCodeableConcept", cwe(undefined, "0222")),
  52: kept("valueString", xpnToString),
  53: kept("valueContactPoint", xtn()),
  54: kept("valueCodeableConcept", cwe(undefined, "0222")),
  55: kept("valueDate", date),
  56: kept("valueCodeableConcept", cwe()),
  57: kept("valueString", text),
  58: kept("valueCodeableConcept", cwe(undefined, "0295")),
  59: kept("valueCodeableConcept", cwe("Relationship", "0063")),
  60: kept("valueCodeableConcept", cwe("Relationship", "0063")),
  61: each("identifier", cxOfType("MB")),
  62: kept("valueCodeableConcept", cwe("Relationship", "0063")),
  63: kept("valueContactPoint", xtn("home")),
  64: kept("valueContactPoint", xtn("work")),
  65: kept("valueCodeableConcept", cwe(undefined, "0140")),
  66: kept("valueString", text),
  67: kept("valueString", text),
  68: kept("valueCodeableConcept", cwe(undefined, "0140")),
  69: kept("valueReference", organization),
  70: kept("valueReference", organization),
  71: kept("valueCodeableConcept", cwe(undefined, "0005")),
  72: kept("valueCodeableConcept", cwe("Relationship", "0063")),
});

/** Adds to the insurance of the IN1 before it. */
export function in2(segment: Segment, { conversion, slots }: State): void {
  if (slots.coverage) applyMap(in2Coverage, segment, slots.coverage, conversion);
}
