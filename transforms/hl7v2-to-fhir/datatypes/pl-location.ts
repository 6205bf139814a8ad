import type { Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";

const PHYSICAL_TYPE = "http://terminology.hl7.org/CodeSystem/location-physical-type";

/** Components of a PL from the largest place to the smallest, with their codes of location-physical-type. */
const LEVELS: readonly (readonly [component: number, code: string])[] = [
  [4, "si"],
  [7, "bu"],
  [8, "lvl"],
  [1, "wa"],
  [2, "ro"],
  [3, "bd"],
];

/**
 * Makes a Location for each filled level of a PL (facility, building, floor, point of care, room, bed), each part
 * of the one above, and returns the smallest. undefined when nothing is filled.
 *
 * Identity: the path of names from the facility down. Source: HL7 v2-to-FHIR, PL[Location].
 */
export function plToLocation(pl: Repetition, conversion: Conversion): Reference | undefined {
  const path: string[] = [];
  let smallest: Reference | undefined;
  const facility = pl.component(4).value || conversion.message.header.sendingFacility;
  for (const [component, code] of LEVELS) {
    const name = pl.component(component).value;
    if (name === "") continue;
    path.push(`${code}:${name}`);
    const scope = code === "si" ? [] : [facility];
    smallest = conversion.add({
      resourceType: "Location",
      id: resourceId("Location", ...scope, ...path),
      identifier: [{ value: name }],
      name,
      mode: "instance",
      physicalType: { coding: [{ system: PHYSICAL_TYPE, code }] },
      ...(smallest ? { partOf: smallest } : {}),
    });
  }
  return smallest;
}
