import type { DiagnosticReport, Identifier, Reference } from "fhir/r4";
import { hl7Table } from "../codesystems/coding-system.ts";
import { reportStatus } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { eiToIdentifier } from "../datatypes/ei-identifier.ts";
import { orderId } from "./obr-servicerequest.ts";
import type { OrderSegments } from "./obr-servicerequest.ts";

/** What a report refers to. */
export interface ReportReferences {
  readonly patient: Reference;
  readonly encounter: Reference | undefined;
  readonly request: Reference;
  readonly results: readonly Reference[];
}

/**
 * Maps OBR to DiagnosticReport. Identity: the filler's number (or the placer's) with the code.
 *
 * FHIR demands status and code: without OBR-25 the status is unknown, without OBR-4 the code says so.
 * OBR-32, OBR-34 and OBR-35 (NDL) are left out. Source: HL7 v2-to-FHIR, OBR[DiagnosticReport].
 */
export function obrToDiagnosticReport(
  { orc, obr }: OrderSegments,
  references: ReportReferences,
  conversion: Conversion,
): Reference {
  const placer = obr.field(2).value === "" && orc ? orc.field(2).first : obr.field(2).first;
  const filler = obr.field(3).value === "" && orc ? orc.field(3).first : obr.field(3).first;
  const start = conversion.dateTime(obr.field(7).value);
  const end = conversion.dateTime(obr.field(8).value);
  const category = cweToCodeableConcept(obr.field(24).first, hl7Table("0074"));
  const report: DiagnosticReport = {
    resourceType: "DiagnosticReport",
    id: orderId("DiagnosticReport", filler.value === "" ? placer : filler, obr, conversion),
    identifier: [eiToIdentifier(placer, "PLAC"), eiToIdentifier(filler, "FILL")].filter(
      (identifier): identifier is Identifier => identifier !== undefined,
    ),
    basedOn: [references.request],
    status: (reportStatus[obr.field(25).value] ?? "unknown") as DiagnosticReport["status"],
    ...(category ? { category: [category] } : {}),
    code: cweToCodeableConcept(obr.field(4).first) ?? { text: "unknown" },
    subject: references.patient,
    ...(references.encounter ? { encounter: references.encounter } : {}),
    ...(end === undefined
      ? { effectiveDateTime: start ?? "" }
      : { effectivePeriod: { start: start ?? "", end } }),
    issued: conversion.instant(obr.field(22).value) ?? "",
    result: [...references.results],
  };
  return conversion.add(report);
}
