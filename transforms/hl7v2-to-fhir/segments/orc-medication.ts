import type {
  Immunization,
  MedicationAdministration,
  MedicationDispense,
  MedicationRequest,
} from "fhir/r4";
import { hl7Table } from "../codesystems/coding-system.ts";
import { codeOf, cwe, cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eipFiller, eipPlacer } from "../datatypes/ei-identifier.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { rowsFor, segmentMap } from "../segment-map.ts";
import { tqTiming } from "./timing-rows.ts";
import { dosageOf } from "./tq1-medicationrequest.ts";
import { codeTable } from "../codesystems/code-table.ts";

const request = rowsFor<MedicationRequest>();
const dispense = rowsFor<MedicationDispense>();
const administration = rowsFor<MedicationAdministration>();
const immunization = rowsFor<Immunization>();

/** Table 0038 to the status of a medication request. */
const STATUS: Readonly<Record<string, MedicationRequest["status"]>> = codeTable({
  A: "active",
  CA: "cancelled",
  CM: "completed",
  DC: "stopped",
  ER: "entered-in-error",
  HD: "on-hold",
  IP: "active",
  RP: "stopped",
  SC: "active",
});

/** Table 0119 to the same, as far as an order control says anything of it. */
const CONTROL: Readonly<Record<string, MedicationRequest["status"]>> = codeTable({
  NW: "active",
  OK: "active",
  RE: "active",
  RF: "active",
  RO: "active",
  XO: "active",
  CA: "cancelled",
  OC: "cancelled",
  CR: "cancelled",
  DC: "stopped",
  OD: "stopped",
  DR: "stopped",
  HD: "on-hold",
  OH: "on-hold",
  HR: "on-hold",
  RL: "active",
});

/**
 * The order of a medication. The guide announces ORC[MedicationRequest] and has none: as its ORC[ServiceRequest], with
 * the statuses of medication requests.
 */
export const orcMedicationRequest = segmentMap<MedicationRequest>("ORC[MedicationRequest]", {
  1: request.rule("status", (field, target, _conversion, segment) => {
    const status = CONTROL[field.value];
    if (segment.field(5).isEmpty && status) target.status = status;
    return field.value !== "";
  }),
  2: request.each("identifier", ei("PLAC")),
  3: request.each("identifier", ei("FILL")),
  4: [
    request.one("groupIdentifier", eipPlacer("PGN")),
    request.each("identifier", eipFiller("FGN")),
  ],
  5: request.rule("status", (field, target) => {
    const status = STATUS[field.value];
    if (status) target.status = status;
    return status !== undefined;
  }),
  7: request.rule("dosageInstruction.timing", (field, target, conversion) => {
    const timing = tqTiming(field.first, conversion);
    if (timing) dosageOf(target).timing ??= timing;
    return timing !== undefined;
  }),
  9: request.one("authoredOn", dateTime),
  10: request.one("recorder", practitioner),
  11: request.kept("valueReference", practitioner),
  12: request.one("requester", practitioner),
  13: request.kept("valueReference", location),
  15: request.kept("valueDateTime", dateTime),
  16: request.one("statusReason", cwe()),
  17: request.kept("valueCodeableConcept", cwe()),
  25: request.kept("valueCodeableConcept", cwe()),
  28: request.each("meta.security", cweCoding("ConfidentialityCode", "0177")),
  29: request.each("category", cwe(undefined, "0482")),
});

/** Dispensing; the guide is silent. */
export const orcMedicationDispense = segmentMap<MedicationDispense>("ORC[MedicationDispense]", {
  1: dispense.kept("valueCode", text),
  2: dispense.each("identifier", ei("PLAC")),
  3: dispense.each("identifier", ei("FILL")),
  28: dispense.each("meta.security", cweCoding("ConfidentialityCode", "0177")),
});

/** Source: HL7 v2-to-FHIR, ORC[MedicationAdministration]. */
export const orcMedicationAdministration = segmentMap<MedicationAdministration>(
  "ORC[MedicationAdministration]",
  {
    1: administration.extension("urn:hl7-org:v2xml#ORC.1", "valueCodeableConcept", ({ value }) =>
      value === "" ? undefined : codeOf(hl7Table("0119"), value),
    ),
    2: administration.each("identifier", ei("PLAC")),
    3: administration.each("identifier", ei("FILL")),
    12: administration.each("performer", (xcn, conversion, segment, position) => {
      const actor = practitioner(xcn, conversion, segment, position);
      return actor && { function: codeOf(hl7Table("0443"), "OP"), actor };
    }),
    28: administration.each("meta.security", cweCoding("ConfidentialityCode", "0177")),
  },
);

/** Source: HL7 v2-to-FHIR, ORC[Immunization]. */
export const orcImmunization = segmentMap<Immunization>("ORC[Immunization]", {
  1: immunization.kept("valueCode", text),
  2: immunization.each("identifier", ei("PLAC")),
  3: immunization.each("identifier", ei("FILL")),
  4: [
    immunization.each("identifier", eipFiller("FGN")),
    immunization.each("identifier", eipPlacer("PGN")),
  ],
  5: immunization.kept("valueCode", text),
  9: immunization.one("recorded", dateTime),
  12: immunization.each("performer", (xcn, conversion, segment, position) => {
    const actor = practitioner(xcn, conversion, segment, position);
    return actor && { function: codeOf(hl7Table("0443"), "OP"), actor };
  }),
  28: immunization.each("meta.security", cweCoding("ConfidentialityCode", "0177")),
});
