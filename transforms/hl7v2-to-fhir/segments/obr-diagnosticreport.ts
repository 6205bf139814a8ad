import type { DiagnosticReport, Extension, Reference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { reportStatus } from "../codesystems/tables.ts";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { codeOf, cwe, cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eipFiller, eipPlacer } from "../datatypes/ei-identifier.ts";
import { ndl } from "../datatypes/ndl-practitionerrole.ts";
import { instant, text } from "../datatypes/primitives.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { Order } from "../order.ts";
import type { State } from "../state.ts";
import { orderId, requestOf } from "./obr-servicerequest.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition";
const PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

const { each, one, rule, extension, kept } = rowsFor<DiagnosticReport>();

/** Who did the report, with what he did as an extension of the reference. */
const performer =
  (code: "SPRF" | "TRANS"): ValueOf<Reference> =>
  (repetition, conversion, segment, position) => {
    const part = codeOf(PARTICIPATION, code);
    const reference = ndl(part)(repetition, conversion, segment, position);
    const extension: Extension[] = [
      { url: `${EXTENSION}/event-performerFunction`, valueCodeableConcept: part },
    ];
    return reference && { ...reference, extension };
  };

/** Source: HL7 v2-to-FHIR, OBR[DiagnosticReport]. */
export const obrDiagnosticReport = segmentMap<DiagnosticReport>(
  "OBR[DiagnosticReport]",
  {
    2: each("identifier", ei("PLAC")),
    3: each("identifier", ei("FILL")),
    4: one("code", cwe()),
    7: rule("effective[x]", (field, target, conversion, segment) => {
      const start = conversion.dateTime(field.value);
      if (start === undefined) return false;
      const end = conversion.dateTime(segment.field(8).value);
      if (end === undefined) target.effectiveDateTime = start;
      else target.effectivePeriod = { start, ...(end < start ? {} : { end }) };
      return true;
    }),
    8: rule("effectivePeriod.end", (field, target, conversion) => {
      const end = conversion.dateTime(field.value);
      if (end === undefined) return false;
      if (!target.effectivePeriod && !target.effectiveDateTime) target.effectivePeriod = { end };
      return true;
    }),
    22: one("issued", instant),
    24: each("category", cwe("DiagnosticServiceSectionID", "0074")),
    25: rule("status", (field, target) => {
      const status = reportStatus[field.value];
      if (status) target.status = status as DiagnosticReport["status"];
      return status !== undefined;
    }),
    26: kept("valueString", text),
    32: each("resultsInterpreter", ndl()),
    33: kept("valueReference", ndl()),
    34: each("performer", performer("SPRF")),
    35: each("performer", performer("TRANS")),
  },
  { 1: SET_ID },
);

/** Source: HL7 v2-to-FHIR, ORC[DiagnosticReport]. */
export const orcDiagnosticReport = segmentMap<DiagnosticReport>("ORC[DiagnosticReport]", {
  2: each("identifier", ei("PLAC")),
  3: each("identifier", ei("FILL")),
  4: [each("identifier", eipFiller("FGN")), each("identifier", eipPlacer("PGN"))],
  16: extension(`${EXTENSION}/event-statusReason`, "valueCodeableConcept", cwe()),
  28: each("meta.security", cweCoding("ConfidentialityCode", "0177")),
});

/**
 * The report of an order's results. Identity: the filler's number (or the placer's) with the code.
 *
 * FHIR demands status and code: without OBR-25 the status is unknown, without OBR-4 the code says so.
 */
export function reportOf(order: Order, obr: Segment, state: State): Draft<DiagnosticReport> {
  const { conversion, patientReference, encounterReference } = state;
  const report = conversion.draft<DiagnosticReport>({
    resourceType: "DiagnosticReport",
    id: orderId("DiagnosticReport", "filler", order, conversion),
    basedOn: [referenceTo(requestOf(order, state))],
    status: "unknown",
    ...({} as { code: DiagnosticReport["code"] }),
    ...(patientReference ? { subject: patientReference } : {}),
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  order.report = report;
  if (order.orc) applyMap(orcDiagnosticReport, order.orc, report, conversion);
  applyMap(obrDiagnosticReport, obr, report, conversion);
  report.code ??= { text: "unknown" };
  return report;
}
