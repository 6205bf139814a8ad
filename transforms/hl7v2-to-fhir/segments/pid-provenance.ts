import type { Provenance } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf } from "../datatypes/cwe-codeableconcept.ts";
import { organizationOfHd } from "../datatypes/hd-organization.ts";
import { dateTime } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { agentOf } from "./provenance-agents.ts";
import { recordedAt } from "./msh-provenance.ts";

const { one, each } = rowsFor<Provenance>();

/** Source: HL7 v2-to-FHIR, PID[Provenance-Patient]. */
export const pidProvenance = segmentMap<Provenance>("PID[Provenance-Patient]", {
  33: one("occurredDateTime", dateTime),
  34: each("agent", agentOf("performer", organizationOfHd)),
});

/** Who changed the patient last, and when: only when PID-34 says who. */
export function pidToProvenance(pid: Segment, state: State): void {
  const { conversion, patientReference } = state;
  if (pid.field(34).value === "" || !patientReference) return;
  const { reference = "" } = patientReference;
  const provenance = conversion.draft<Provenance>({
    resourceType: "Provenance",
    id: conversion.id("Provenance", ...conversion.messageIdentity, reference),
    target: [patientReference],
    recorded: recordedAt(conversion),
    activity: codeOf("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "UPDATE"),
    agent: [],
  });
  applyMap(pidProvenance, pid, provenance, conversion);
  if (provenance.agent.length === 0) conversion.drop(provenance);
}
