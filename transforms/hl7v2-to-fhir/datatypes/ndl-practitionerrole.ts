import type { CodeableConcept, Reference } from "fhir/r4";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { concept } from "./cwe-codeableconcept.ts";
import { periodOf } from "./dr-period.ts";
import { NDL_LEVELS, levels } from "./pl-location.ts";
import { subcomponentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";
import { practitionerRole } from "./xcn-practitionerrole.ts";
import { humanName } from "./xpn-humanname.ts";

/**
 * Makes a PractitionerRole of an NDL, such as OBR-32: NDL.1 the Practitioner (CNN), NDL.2 and NDL.3 period, NDL.4 to
 * NDL.11 the Location. Source: HL7 v2-to-FHIR, NDL[PractitionerRole], CNN[Practitioner].
 */
export const ndl =
  (role?: CodeableConcept): ValueOf<Reference> =>
  (repetition, conversion) => {
    const who = cnnToPractitioner(subcomponentsOf(repetition.component(1)), conversion);
    if (!who) return undefined;
    const period = periodOf(
      conversion.dateTime(repetition.component(2).value),
      conversion.dateTime(repetition.component(3).value),
    );
    const place = levels(repetition, NDL_LEVELS, conversion);
    return practitionerRole(who, role, conversion, {
      ...(period ? { period } : {}),
      ...(place ? { location: [place] } : {}),
    });
  };

/** CNN: a name and number in one component. undefined when both are empty. */
function cnnToPractitioner(cnn: Parts, conversion: Conversion): Reference | undefined {
  const value = cnn(1);
  const name = humanName({
    family: (position) => (position === 1 ? cnn(2) : ""),
    given: [cnn(3), cnn(4)],
    suffix: [cnn(5)],
    prefix: cnn(6),
    use: "",
    period: undefined,
    assemblyOrder: "",
  });
  if (value === "" && !name) return undefined;
  const degree = concept(
    (position) => (position === 1 ? cnn(7) : ""),
    "DegreeLicenseCertificate",
    "0360",
  );
  const { sendingFacility } = conversion.message.header;
  const authority = cnn(10) || cnn(9) || sendingFacility;
  const identity =
    value === "" ? ["name", sendingFacility, cnn(2), cnn(3), cnn(4)] : [authority, value];
  return conversion.add({
    resourceType: "Practitioner",
    id: conversion.id("Practitioner", ...identity),
    ...(value === "" ? {} : { identifier: [{ value }] }),
    ...(name ? { name: [name] } : {}),
    ...(degree ? { qualification: [{ code: degree }] } : {}),
  });
}
