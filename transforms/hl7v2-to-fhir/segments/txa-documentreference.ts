import type { DocumentReference, Provenance } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { alternateCode, codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { mediaType } from "../datatypes/ed-attachment.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { dateTime, instant, text } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { recordedAt } from "./msh-provenance.ts";
import { agentOf } from "./provenance-agents.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { each, one, rule, kept } = rowsFor<DocumentReference>();
const provenanceRows = rowsFor<Provenance>();

/** Table 0271 to composition-status. The guide takes the code as it is, which the binding forbids. */
const DOC_STATUS: Readonly<Record<string, NonNullable<DocumentReference["docStatus"]>>> = codeTable(
  {
    DI: "preliminary",
    DO: "preliminary",
    IN: "preliminary",
    IP: "preliminary",
    PA: "preliminary",
    AU: "final",
    LA: "final",
  },
);

/** Source: HL7 v2-to-FHIR, TXA[DocumentReference]; what it leaves open is kept under the name of the field. */
export const txaDocumentReference = segmentMap<DocumentReference>(
  "TXA[DocumentReference]",
  {
    2: one("type", cwe(undefined, "0270")),
    3: rule("content.attachment.contentType", (field) => field.value !== ""),
    4: one("context.period.start", dateTime),
    5: rule("author", (field, target, conversion, segment) => {
      const authors = field.repetitions.flatMap(
        (each) => practitioner(each, conversion, segment, 5) ?? [],
      );
      if (authors.length > 0) target.author = [...(target.author ?? []), ...authors];
      return authors.length > 0;
    }),
    6: one("date", instant),
    7: kept("valueDateTime", dateTime),
    8: kept("valueDateTime", dateTime),
    9: each("author", practitioner),
    10: one("authenticator", practitioner),
    11: kept("valueReference", practitioner),
    12: [one("masterIdentifier", ei()), each("identifier", ei())],
    13: rule("relatesTo", (field, target, conversion, segment) => {
      const identifier = ei()(field.first, conversion, segment, 13);
      if (!identifier) return false;
      const code = /^T(09|10)$/.test(conversion.message.header.triggerEvent)
        ? "replaces"
        : "appends";
      (target.relatesTo ??= []).push({ code, target: { type: "DocumentReference", identifier } });
      return true;
    }),
    14: rule("context.related", (field, target, conversion, segment) => {
      const identifier = ei("PLAC")(field.first, conversion, segment, 14);
      if (!identifier) return false;
      ((target.context ??= {}).related ??= []).push({ type: "ServiceRequest", identifier });
      return true;
    }),
    15: rule("context.related", (field, target, conversion, segment) => {
      const identifier = ei("FILL")(field.first, conversion, segment, 15);
      if (!identifier) return false;
      ((target.context ??= {}).related ??= []).push({ type: "ServiceRequest", identifier });
      return true;
    }),
    16: each("identifier", ({ value }) => (value === "" ? undefined : { value })),
    17: rule("docStatus", (field, target, _conversion) => {
      const status = DOC_STATUS[field.value];
      if (status) target.docStatus ??= status;
      (target.extension ??= []).push({
        url: "urn:hl7-org:v2xml#TXA.17",
        valueCoding: { system: hl7Table("0271"), code: field.value },
      });
      return true;
    }),
    18: each("securityLabel", cwe("DocumentConfidentialityStatus", "0272")),
    19: rule("status", (field, target) => {
      const { value } = field;
      if (value !== "AV" && value !== "") {
        const sent = alternateCode({ system: hl7Table("0273"), code: value });
        Object.assign(target, { _status: sent });
        // OB: obsolete. CA and UN, the document is not there for patient care.
        if (value === "OB") target.status = "superseded";
        if (value === "CA" || value === "UN") target.status = "entered-in-error";
      }
      return value !== "";
    }),
    20: kept("valueCode", text),
    21: kept("valueString", text),
    22: one("authenticator", practitioner),
    23: kept("valueReference", practitioner),
    24: kept("valueCodeableConcept", cwe()),
    25: one("description", text),
    26: kept("valueDateTime", dateTime),
    27: kept("valueReference", organization),
    28: kept("valueCodeableConcept", cwe()),
  },
  { 1: SET_ID },
);

const PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/** Source: HL7 v2-to-FHIR, TXA[Provenance]. */
export const txaProvenance = segmentMap<Provenance>("TXA[Provenance]", {
  8: provenanceRows.one("recorded", instant),
  9: provenanceRows.each("agent", agentOf("author", practitioner)),
  11: provenanceRows.each("agent", agentOf("enterer", practitioner)),
  21: provenanceRows.each("reason", ({ value }) => (value === "" ? undefined : { text: value })),
  23: provenanceRows.each("agent", (xcn, conversion, segment, position) => {
    const who = practitioner(xcn, conversion, segment, position);
    return who && { role: [codeOf(PARTICIPATION, "IRCP")], who };
  }),
});

/** A document. Identity: TXA-12, else TXA-16, else the place in the message. */
export function txa(segment: Segment, state: State): void {
  const { conversion, slots } = state;
  const document = documentOf(segment, state);
  applyMap(txaDocumentReference, segment, document, conversion);
  document.status = state.event.document ?? document.status;
  for (const request of requestsBefore(state)) {
    ((document.context ??= {}).related ??= []).push(request);
  }
  state.document = document;
  state.slots = { ...slots, order: undefined, owner: document };
  provenanceOf(segment, document, state);
}

function documentOf(txa: Segment, state: State): Draft<DocumentReference> {
  const { conversion, patientReference, encounterReference } = state;
  const id = txa.field(12).first;
  const name = txa.field(16).value;
  return conversion.draft<DocumentReference>({
    resourceType: "DocumentReference",
    id:
      id.value !== ""
        ? conversion.id("DocumentReference", ...eiIdentity(id))
        : conversion.id(
            "DocumentReference",
            ...(name === "" ? conversion.placeIdentity(txa) : ["name", name]),
          ),
    status: "current",
    ...(patientReference ? { subject: patientReference } : {}),
    ...(encounterReference ? { context: { encounter: [encounterReference] } } : {}),
    content: [],
  });
}

/** The orders that the document is about stand before it. */
function requestsBefore({ conversion }: State) {
  return [...conversion.drafts].flatMap(({ resource }) =>
    resource.resourceType === "ServiceRequest" ? [referenceTo(resource as Draft)] : [],
  );
}

function provenanceOf(txa: Segment, document: Draft<DocumentReference>, state: State): void {
  if (txa.field(8).isEmpty) return;
  const { conversion } = state;
  const target = referenceTo(document);
  const provenance = conversion.draft<Provenance>({
    resourceType: "Provenance",
    id: conversion.id("Provenance", ...conversion.messageIdentity, target.reference ?? ""),
    target: [target],
    ...({} as { recorded: string }),
    agent: [],
  });
  applyMap(txaProvenance, txa, provenance, conversion);
  provenance.recorded ??= recordedAt(conversion);
  if (provenance.agent.length === 0) {
    conversion.drop(provenance);
    return;
  }
  // Every edit is one of its own; who made the earlier ones is not said apart.
  for (const { value } of txa.field(8).repetitions.slice(1)) {
    const recorded = conversion.instant(value);
    if (recorded === undefined || recorded === provenance.recorded) continue;
    const id = conversion.id(
      "Provenance",
      ...conversion.messageIdentity,
      target.reference ?? "",
      recorded,
    );
    conversion.add<Provenance>({ ...provenance, id, recorded });
  }
}

/** The media type that TXA-3 names, for content whose own type says nothing. */
export function documentMediaType(txa: Segment): string | undefined {
  return mediaType("", txa.field(3).value);
}
