import type { Location, Reference } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { hdToOrganization } from "./hd-organization.ts";
import { eiToIdentifier } from "./ei-identifier.ts";
import { subcomponentsOf } from "./parts.ts";

const PHYSICAL_TYPE = "http://terminology.hl7.org/CodeSystem/location-physical-type";

/** Where the levels of a place stand, from the largest to the smallest, with their codes of location-physical-type. */
type Levels = readonly (readonly [component: number, code: string])[];
const PL_LEVELS: Levels = [
  [4, "si"],
  [7, "bu"],
  [8, "lvl"],
  [1, "wa"],
  [2, "ro"],
  [3, "bd"],
];
/** The same in an NDL. */
export const NDL_LEVELS: Levels = [
  [7, "si"],
  [10, "bu"],
  [11, "lvl"],
  [4, "wa"],
  [5, "ro"],
  [6, "bd"],
];

/**
 * Makes a Location for each filled level of a PL (facility, building, floor, point of care, room, bed), each part
 * of the one above, and returns the smallest. PL.9 is its description, PL.10 its identifier (assigned by PL.11).
 *
 * Identity: the path of names from the facility down; the sender's facility stands in for PL.4. undefined when nothing
 * is filled. The guide leaves the physical type of a point of care open: here it is a ward.
 * Source: HL7 v2-to-FHIR, PL[Location].
 */
export const location: ValueOf<Reference> = (pl, conversion) =>
  conversion.remember(`PL ${pl.text}`, () => {
    const smallest = levels(pl, PL_LEVELS, conversion);
    const made = smallest && conversion.find("Location", smallest);
    if (made) addDetails(made, pl, conversion);
    else return describedOnly(pl, conversion);
    return smallest;
  });

export function levels(
  pl: Repetition,
  order: Levels,
  conversion: Conversion,
): Reference | undefined {
  const path: string[] = [];
  let smallest: Reference | undefined;
  let facility = conversion.message.header.sendingFacility;
  for (const [component, code] of order) {
    const hd = subcomponentsOf(pl.component(component));
    const name = hd(1) || hd(2);
    if (name === "") continue;
    if (code === "si") facility = name;
    path.push(`${code}:${name}`);
    const scope = code === "si" ? [] : [facility];
    smallest = conversion.add({
      resourceType: "Location",
      id: conversion.id("Location", ...scope, ...path),
      identifier: [{ value: name }],
      name,
      mode: "instance",
      physicalType: { coding: [{ system: PHYSICAL_TYPE, code }] },
      ...(smallest ? { partOf: smallest } : {}),
    });
  }
  return smallest;
}

function addDetails(place: Location, pl: Repetition, conversion: Conversion): void {
  const description = pl.component(9).value;
  if (description !== "") place.description ??= description;
  const identifier = eiToIdentifier(subcomponentsOf(pl.component(10)), conversion);
  if (!identifier) return;
  const assigner = hdToOrganization(subcomponentsOf(pl.component(11)), conversion);
  const own = assigner ? { value: identifier.value, assigner } : identifier;
  if (!place.identifier?.some(({ value }) => value === own.value)) {
    place.identifier = [...(place.identifier ?? []), own];
  }
}

/** A PL that holds only a description (PL.9) or an identifier (PL.10). */
function describedOnly(pl: Repetition, conversion: Conversion): Reference | undefined {
  const description = pl.component(9).value;
  const identifier = eiToIdentifier(subcomponentsOf(pl.component(10)), conversion);
  if (description === "" && !identifier) return undefined;
  const { sendingFacility } = conversion.message.header;
  return conversion.add({
    resourceType: "Location",
    id: conversion.id("Location", sendingFacility, identifier?.value ?? description),
    ...(identifier ? { identifier: [identifier] } : {}),
    name: description || identifier?.value,
    mode: "instance",
  });
}

/** A place that only has a name. Source: HD[Location], XON[Location]. */
export const namedLocation: ValueOf<Reference> = (repetition, conversion) => {
  const name = repetition.component(1).value || repetition.component(2).value;
  if (name === "") return undefined;
  const { sendingFacility } = conversion.message.header;
  return conversion.add({
    resourceType: "Location",
    id: conversion.id("Location", sendingFacility, "name", name),
    name,
  });
};
