import type { Provenance, Reference } from "fhir/r4";
import { fhirCode, resourceId } from "#lib/fhir";
import { hl7Table } from "../codesystems/coding-system.ts";
import type { Conversion } from "../conversion.ts";
import { hdToOrganization } from "../datatypes/xon-organization.ts";
import { xcnToPractitioners } from "../datatypes/xcn-practitioner.ts";

const AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/**
 * Says of everything that was made of a message which message it came from: MSH-4 as author, EVN-5 as who entered
 * it, MSH-9.2 as activity, MSH-10 as source.
 *
 * `recorded` is required: MSH-7, else EVN-2, else when the message was received.
 * Source: HL7 v2-to-FHIR, MSH[Provenance-Source] and EVN[Provenance].
 */
export function mshToProvenance(targets: readonly Reference[], conversion: Conversion): void {
  const { header } = conversion.message;
  const evn = conversion.message.segment("EVN");
  const author = hdToOrganization(header.segment.field(4).first, conversion);
  const operators = evn ? xcnToPractitioners(evn.field(5), conversion) : [];
  const source = header.sendingApplication || "unknown";
  const provenance: Provenance = {
    resourceType: "Provenance",
    id: resourceId("Provenance", ...conversion.messageIdentity),
    target: [...targets],
    occurredDateTime: conversion.dateTime(evn?.field(6).value ?? "") ?? "",
    recorded:
      conversion.instant(header.dateTime) ??
      conversion.instant(evn?.field(2).value ?? "") ??
      conversion.options.receivedAt,
    ...(header.triggerEvent === ""
      ? {}
      : {
          activity: { coding: [{ system: hl7Table("0003"), code: fhirCode(header.triggerEvent) }] },
        }),
    agent: [
      {
        type: { coding: [{ system: AGENT, code: "author" }] },
        who: author ?? { display: source },
      },
      ...operators.map((who) => ({
        type: { coding: [{ system: AGENT, code: "enterer" }] },
        who,
      })),
    ],
    entity: [
      {
        role: "source",
        what: {
          identifier: { value: header.messageControlId, assigner: { display: source } },
          display: "HL7 v2 message",
        },
      },
    ],
  };
  conversion.add(provenance);
}
