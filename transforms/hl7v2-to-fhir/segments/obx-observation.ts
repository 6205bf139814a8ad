import type { CodeableConcept, Observation, Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { observationStatus } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { eiToIdentifier } from "../datatypes/ei-identifier.ts";
import { obxValue } from "../datatypes/obx-value.ts";
import { xcnToPractitioners } from "../datatypes/xcn-practitioner.ts";
import { xonToOrganization } from "../datatypes/xon-organization.ts";
import { notesOf } from "./nte-annotation.ts";

const ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
const INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

export interface ObservationContext {
  readonly patient: Reference;
  readonly encounter: Reference | undefined;
  /** What the observation belongs to: its identity is counted within that. */
  readonly parentId: string;
  readonly request: Reference | undefined;
  /** When OBX-14 is empty: OBR-7. */
  readonly effectiveAt: string;
  readonly notes: readonly Segment[];
  /** How many with the same code and sub-id came before it. */
  readonly occurrence: number;
}

/**
 * Maps OBX to Observation. Identity: what it belongs to, OBX-3, OBX-4, and its count among equals.
 *
 * A value that is missing on purpose (OBX-11 X or N) or is not there at all gives a dataAbsentReason. OBX-10, 15,
 * 18, 24, 25, 30 and 33 are left out. Source: HL7 v2-to-FHIR, OBX[Observation].
 */
export function obxToObservation(
  obx: Segment,
  context: ObservationContext,
  conversion: Conversion,
): Reference {
  const status = obx.field(11).value;
  const value = obxValue(obx, conversion);
  const identifier = eiToIdentifier(obx.field(21).first, "FILL");
  const range = obx.field(7).decoded;
  const performers = [
    ...xcnToPractitioners(obx.field(16), conversion),
    xonToOrganization(obx.field(23).first, conversion),
  ].filter((performer): performer is Reference => performer !== undefined);
  const observation: Observation = {
    resourceType: "Observation",
    id: resourceId(
      "Observation",
      context.parentId,
      obx.field(3).component(3).value,
      obx.field(3).component(1).value || obx.field(3).component(2).value,
      obx.field(4).value,
      String(context.occurrence),
    ),
    ...(identifier ? { identifier: [identifier] } : {}),
    ...(context.request ? { basedOn: [context.request] } : {}),
    status: (observationStatus[status] ?? "unknown") as Observation["status"],
    code: cweToCodeableConcept(obx.field(3).first) ?? { text: "unknown" },
    subject: context.patient,
    ...(context.encounter ? { encounter: context.encounter } : {}),
    effectiveDateTime:
      conversion.dateTime(obx.field(14).value) ?? conversion.dateTime(context.effectiveAt) ?? "",
    performer: performers,
    ...value,
    ...(Object.keys(value).length > 0 ? {} : { dataAbsentReason: absentReason(status) }),
    interpretation: obx
      .field(8)
      .repetitions.flatMap((cwe) => cweToCodeableConcept(cwe, INTERPRETATION) ?? []),
    note: notesOf(context.notes),
    ...bodySiteAndMethod(obx),
    ...(range === "" ? {} : { referenceRange: [{ text: range }] }),
  };
  return conversion.add(observation);
}

function absentReason(status: string): CodeableConcept {
  const code = status === "N" ? "not-asked" : status === "X" ? "error" : "unknown";
  return { coding: [{ system: ABSENT, code }] };
}

function bodySiteAndMethod(obx: Segment): Pick<Observation, "bodySite" | "method"> {
  const bodySite = cweToCodeableConcept(obx.field(20).first, hl7Table("0163"));
  const method = cweToCodeableConcept(obx.field(17).first);
  return { ...(bodySite ? { bodySite } : {}), ...(method ? { method } : {}) };
}
