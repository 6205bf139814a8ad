import type { Location } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeTable } from "../codesystems/code-table.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xonToOrganization } from "../datatypes/xon-organization.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const STATUS: Readonly<Record<string, NonNullable<Location["status"]>>> = codeTable({
  A: "active",
  I: "inactive",
});

const { each, one, rule, kept } = rowsFor<Location>();

/** A place of a master file. The guide has no map for LOC. */
export const locLocation = segmentMap<Location>("LOC[Location]", {
  1: rule("identifier", (field) => field.text !== ""),
  2: one("description", text),
  3: each("type", cwe(undefined, "0260")),
  4: rule("managingOrganization", (field, target, conversion) => {
    const made = xonToOrganization(field.first, conversion);
    if (!made) return false;
    target.managingOrganization ??= { reference: `Organization/${made.id}` };
    return true;
  }),
  5: one("address", xadToAddress),
  6: each("telecom", xtn("work")),
  7: kept("valueString", text),
  8: kept("valueCodeableConcept", cwe(undefined, "0261")),
  9: kept("valueCodeableConcept", cwe(undefined, "0442")),
});

/** A department of a place. The guide has no map for LDP. */
export const ldpLocation = segmentMap<Location>("LDP[Location]", {
  1: rule("identifier", (field) => field.text !== ""),
  2: kept("valueCodeableConcept", cwe(undefined, "0264")),
  3: kept("valueCodeableConcept", cwe(undefined, "0069")),
  4: each("type", cwe(undefined, "0265")),
  5: kept("valueCodeableConcept", cwe(undefined, "0004")),
  6: rule("status", (field, target) => {
    const status = STATUS[field.value];
    if (status) target.status = status;
    return status !== undefined;
  }),
  7: kept("valueDateTime", dateTime),
  8: kept("valueDateTime", dateTime),
  9: kept("valueString", text),
  10: kept("valueString", text),
  11: each("telecom", xtn("work")),
  12: kept("valueCodeableConcept", cwe(undefined, "0462")),
});

/** The state of a bed (A20). The guide has no map for NPU. */
export const npuLocation = segmentMap<Location>("NPU[Location]", {
  1: rule("identifier", (field) => field.text !== ""),
  2: rule("operationalStatus", (field, target) => {
    const status = mapCode("BedStatus", field.value);
    if (status) target.operationalStatus = { ...status };
    return status !== undefined;
  }),
});

function placeOf(segment: Segment, state: State) {
  const { conversion } = state;
  return conversion.find("Location", location(segment.field(1).first, conversion, segment, 1));
}

export function loc(segment: Segment, state: State): void {
  const place = placeOf(segment, state);
  if (!place) return;
  applyMap(locLocation, segment, place, state.conversion);
}
export function ldp(segment: Segment, state: State): void {
  const place = placeOf(segment, state);
  if (place) applyMap(ldpLocation, segment, place, state.conversion);
}
export function npu(segment: Segment, state: State): void {
  const place = placeOf(segment, state);
  if (place) applyMap(npuLocation, segment, place, state.conversion);
}
