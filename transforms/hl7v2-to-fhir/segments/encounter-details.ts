import type { Encounter } from "fhir/r4";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { date, dateTime, decimal, text, wholeText, yesOrNo } from "../datatypes/primitives.ts";
import { cq, days, money } from "../datatypes/quantities.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { SegmentMap } from "../segment-map.ts";
import type { Handler } from "../state.ts";

const { kept } = rowsFor<Encounter>();

/*
 * Segments about a visit for which FHIR R4 has no element: accident, diagnosis related group, uniform billing. The
 * guide has no maps for them; nothing of them is lost, each field is kept under its name.
 */

export const accEncounter = segmentMap<Encounter>("ACC[Encounter]", {
  1: kept("valueDateTime", dateTime),
  2: kept("valueCodeableConcept", cwe(undefined, "0050")),
  3: kept("valueString", text),
  4: kept("valueCodeableConcept", cwe(undefined, "0347")),
  5: kept("valueBoolean", yesOrNo),
  6: kept("valueBoolean", yesOrNo),
  7: kept("valueReference", practitioner),
  8: kept("valueString", text),
  9: kept("valueString", text),
  10: kept("valueBoolean", yesOrNo),
  11: kept("valueAddress", xadToAddress),
  12: kept("valueDecimal", decimal),
  13: kept("valueString", wholeText),
});

export const drgEncounter = segmentMap<Encounter>("DRG[Encounter]", {
  1: kept("valueCodeableConcept", cwe(undefined, "0055")),
  2: kept("valueDateTime", dateTime),
  3: kept("valueBoolean", yesOrNo),
  4: kept("valueCodeableConcept", cwe(undefined, "0056")),
  5: kept("valueCodeableConcept", cwe(undefined, "0083")),
  6: kept("valueDecimal", decimal),
  7: kept("valueMoney", money),
  8: kept("valueCodeableConcept", cwe(undefined, "0229")),
  9: kept("valueMoney", money),
  10: kept("valueBoolean", yesOrNo),
  11: kept("valueCodeableConcept", cwe(undefined, "0415")),
  12: kept("valueString", wholeText),
  13: kept("valueCodeableConcept", cwe(undefined, "0734")),
  14: kept("valueDecimal", decimal),
  15: kept("valueQuantity", cq),
  16: kept("valueCodeableConcept", cwe(undefined, "0728")),
  17: kept("valueDecimal", decimal),
  18: kept("valueDecimal", decimal),
  19: kept("valueDecimal", decimal),
  20: kept("valueDecimal", decimal),
  21: kept("valueMoney", money),
  22: kept("valueCodeableConcept", cwe(undefined, "0739")),
  23: kept("valueCodeableConcept", cwe(undefined, "0749")),
  24: kept("valueCodeableConcept", cwe(undefined, "0742")),
  25: kept("valueCodeableConcept", cwe(undefined, "0749")),
  26: kept("valueCodeableConcept", cwe(undefined, "0749")),
  27: kept("valueCodeableConcept", cwe(undefined, "0749")),
  28: kept("valueCodeableConcept", cwe(undefined, "0749")),
  29: kept("valueDecimal", decimal),
  30: kept("valueDecimal", decimal),
  31: kept("valueDecimal", decimal),
  32: kept("valueString", text),
  33: kept("valueDecimal", decimal),
});

export const ub1Encounter = segmentMap<Encounter>(
  "UB1[Encounter]",
  {
    2: kept("valueDecimal", decimal),
    3: kept("valueDecimal", decimal),
    4: kept("valueDecimal", decimal),
    5: kept("valueDecimal", decimal),
    6: kept("valueDecimal", decimal),
    7: kept("valueCodeableConcept", cwe(undefined, "0043")),
    8: kept("valueDuration", days),
    9: kept("valueDuration", days),
    10: kept("valueString", wholeText),
    11: kept("valueDecimal", decimal),
    12: kept("valueCodeableConcept", cwe(undefined, "0349")),
    13: kept("valueDate", date),
    14: kept("valueDate", date),
    15: kept("valueCodeableConcept", cwe(undefined, "0348")),
    16: kept("valueString", wholeText),
    17: kept("valueDate", date),
    18: kept("valueDate", date),
    19: kept("valueString", wholeText),
    20: kept("valueString", text),
    21: kept("valueString", text),
    22: kept("valueString", text),
    23: kept("valueString", text),
  },
  { 1: SET_ID },
);

export const ub2Encounter = segmentMap<Encounter>(
  "UB2[Encounter]",
  {
    2: kept("valueDuration", days),
    3: kept("valueCodeableConcept", cwe(undefined, "0043")),
    4: kept("valueDuration", days),
    5: kept("valueDuration", days),
    6: kept("valueString", wholeText),
    7: kept("valueString", wholeText),
    8: kept("valueString", wholeText),
    9: kept("valueString", text),
    10: kept("valueString", text),
    11: kept("valueString", text),
    12: kept("valueString", text),
    13: kept("valueString", text),
    14: kept("valueString", text),
    15: kept("valueString", text),
    16: kept("valueString", text),
    17: kept("valueDecimal", decimal),
  },
  { 1: SET_ID },
);

const ofVisit =
  (map: SegmentMap<Encounter>): Handler =>
  (segment, { conversion, encounter }) => {
    if (encounter) applyMap(map, segment, encounter, conversion);
  };

export const acc: Handler = ofVisit(accEncounter);
export const drg: Handler = ofVisit(drgEncounter);
export const ub1: Handler = ofVisit(ub1Encounter);
export const ub2: Handler = ofVisit(ub2Encounter);
