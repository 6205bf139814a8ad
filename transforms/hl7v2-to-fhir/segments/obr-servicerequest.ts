import type { Identifier, Reference, ServiceRequest } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Repetition, Segment } from "#lib/hl7v2";
import { orderControlStatus, orderStatus, requestPriority } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { eiIdentity, eiToIdentifier } from "../datatypes/ei-identifier.ts";
import { xcnToPractitioners } from "../datatypes/xcn-practitioner.ts";
import { notesOf } from "./nte-annotation.ts";

/** Segments of one order; ORC may be missing in results. */
export interface OrderSegments {
  readonly orc: Segment | undefined;
  readonly obr: Segment;
  readonly notes: readonly Segment[];
}

/**
 * Maps OBR and ORC to ServiceRequest.
 *
 * Identity: the placer's number (or the filler's) with the code that is ordered, because one number may stand for
 * several tests. Status: ORC-5, else ORC-1; a result without either was an order that is completed.
 * Source: HL7 v2-to-FHIR, OBR[ServiceRequest] and ORC[ServiceRequest].
 */
export function obrToServiceRequest(
  { orc, obr, notes }: OrderSegments,
  patient: Reference,
  encounter: Reference | undefined,
  conversion: Conversion,
): Reference {
  const placer = obr.field(2).value === "" && orc ? orc.field(2).first : obr.field(2).first;
  const filler = obr.field(3).value === "" && orc ? orc.field(3).first : obr.field(3).first;
  const ordering = orc && orc.field(12).value !== "" ? orc.field(12) : obr.field(16);
  const [requester] = xcnToPractitioners(ordering, conversion);
  const priority = requestPriority[obr.field(5).value || obr.field(27).component(6).value];
  const code = cweToCodeableConcept(obr.field(4).first);
  const group = orc ? eiToIdentifier(orc.field(4).first, "PGN") : undefined;
  const status =
    orderStatus[orc?.field(5).value ?? ""] ??
    orderControlStatus[orc?.field(1).value ?? ""] ??
    (obr.field(25).value === "" ? "unknown" : "completed");
  const request: ServiceRequest = {
    resourceType: "ServiceRequest",
    id: orderId("ServiceRequest", placer.value === "" ? filler : placer, obr, conversion),
    identifier: [eiToIdentifier(placer, "PLAC"), eiToIdentifier(filler, "FILL")].filter(
      (identifier): identifier is Identifier => identifier !== undefined,
    ),
    ...(group ? { requisition: group } : {}),
    status: status as ServiceRequest["status"],
    intent: obr.field(11).value === "G" ? "reflex-order" : "order",
    ...(priority === undefined
      ? {}
      : { priority: priority as NonNullable<ServiceRequest["priority"]> }),
    ...(code ? { code } : {}),
    subject: patient,
    ...(encounter ? { encounter } : {}),
    occurrenceDateTime: conversion.dateTime(obr.field(6).value) ?? "",
    authoredOn: conversion.dateTime(orc?.field(9).value ?? "") ?? "",
    ...(requester ? { requester } : {}),
    reasonCode: obr.field(31).repetitions.flatMap((cwe) => cweToCodeableConcept(cwe) ?? []),
    note: notesOf(notes),
  };
  return conversion.add(request);
}

/** The id of an order or its report: its number and what is ordered, else its place in the message. */
export function orderId(
  resourceType: "ServiceRequest" | "DiagnosticReport",
  number: Repetition,
  obr: Segment,
  conversion: Conversion,
): string {
  const code = obr.field(4).component(1).value || obr.field(4).component(2).value;
  if (number.value === "") {
    return resourceId(resourceType, ...conversion.messageIdentity, String(obr.position), code);
  }
  const { sendingFacility } = conversion.message.header;
  return resourceId(resourceType, sendingFacility, ...eiIdentity(number), code);
}
