import type { Provenance, Reference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { deviceOfCwe } from "../datatypes/cwe-device.ts";
import { xonLocation } from "../datatypes/xon-location.ts";
import { dateTime, instant } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xtnToContactPoint } from "../datatypes/xtn-contactpoint.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organizationOfCwe } from "../datatypes/xon-organization.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { recordedAt } from "./msh-provenance.ts";
import { agentOf } from "./provenance-agents.ts";
import { codeTable } from "../codesystems/code-table.ts";

const OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
const OPERATIONS: Readonly<Record<string, string>> = codeTable({
  NW: "CREATE",
  SC: "UPDATE",
  OC: "CANCEL",
  CA: "CANCEL",
});

const { each, one, rule } = rowsFor<Provenance>();

/** Source: HL7 v2-to-FHIR, ORC[Provenance]. */
export const orcProvenance = segmentMap<Provenance>("ORC[Provenance]", {
  1: rule("activity", (field, target) => {
    const operation = OPERATIONS[field.value];
    if (operation) target.activity = codeOf(OPERATION, operation);
    return operation !== undefined;
  }),
  9: [one("recorded", instant), one("occurredDateTime", dateTime)],
  10: each("agent", agentOf("enterer", practitioner)),
  11: each("agent", agentOf("verifier", practitioner)),
  12: each("agent", agentOf("author", practitioner)),
  17: rule("agent.onBehalfOf", (field, target, conversion, segment) => {
    const organization = organizationOfCwe(field.first, conversion, segment, 17);
    const [agent] = target.agent;
    if (!organization || !agent) return false;
    agent.onBehalfOf ??= organization;
    return true;
  }),
  18: each("agent", agentOf("enterer", deviceOfCwe)),
  19: each("agent", agentOf("performer", practitioner)),
  21: one("location", xonLocation),
  22: rule("location.address", (field, target, conversion) => {
    const place = conversion.find("Location", target.location);
    const address = xadToAddress(field.first, conversion);
    if (!place || !address) return false;
    place.address ??= address;
    return true;
  }),
  23: rule("location.telecom", (field, target, conversion) => {
    const place = conversion.find("Location", target.location);
    const points = field.repetitions.flatMap(
      (each) => xtnToContactPoint(each, conversion, "work") ?? [],
    );
    if (!place || points.length === 0) return false;
    place.telecom ??= points;
    return true;
  }),
  28: each("meta.security", cweCoding("ConfidentialityCode", "0177")),
});

/** Who did what to an order and when. Nothing is made when ORC names nobody. */
export function orcToProvenance(orc: Segment, target: Reference, state: State): void {
  if ([10, 11, 12, 18, 19].every((field) => orc.field(field).isEmpty)) return;
  const { conversion } = state;
  const provenance = conversion.draft<Provenance>({
    resourceType: "Provenance",
    id: conversion.id("Provenance", ...conversion.messageIdentity, target.reference ?? ""),
    target: [target],
    ...({} as { recorded: string }),
    agent: [],
  });
  applyMap(orcProvenance, orc, provenance, conversion);
  provenance.recorded ??= recordedAt(conversion);
  if (provenance.agent.length === 0) conversion.drop(provenance);
}
