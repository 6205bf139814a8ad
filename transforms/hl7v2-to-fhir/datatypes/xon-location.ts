import type { Location, Reference } from "fhir/r4";
import { fhirCode } from "#lib/fhir";
import type { ValueOf } from "../segment-map.ts";
import { assignedBy, checkDigit, identifierType } from "./cx-identifier.ts";
import { namedLocation } from "./pl-location.ts";

/**
 * Makes a Location of an XON: XON.1 name, XON.10 (else XON.3) identifier with XON.6 as system or assigner, XON.4 and XON.5
 * check digit, XON.7 type.
 *
 * Identity: the name within the facility, else the identifier. Source: HL7 v2-to-FHIR, XON[Location].
 */
export const xonLocation: ValueOf<Reference> = (xon, conversion, segment, position) => {
  const value = xon.component(10).value.trim() || xon.component(3).value.trim();
  const named = namedLocation(xon, conversion, segment, position);
  if (value === "") return named;
  const type = fhirCode(xon.component(7).value);
  const extension = checkDigit(xon.component(4).value, xon.component(5).value);
  const own = {
    ...(extension ? { extension } : {}),
    ...(type === "" ? {} : { type: identifierType(type) }),
    ...assignedBy(xon, 6, conversion),
    value,
  };
  const place: Location | undefined = conversion.find("Location", named);
  if (place) {
    place.identifier ??= [own];
    return named;
  }
  const { sendingFacility } = conversion.message.header;
  return conversion.add<Location>({
    resourceType: "Location",
    id: conversion.id("Location", sendingFacility, "identifier", value),
    identifier: [own],
  });
};
