import type { Account, Encounter, Patient } from "fhir/r4";
import type { Repetition, Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { cxToIdentifier, cxOfType } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { patientIdOf, primaryIdentifier } from "./pid-patient.ts";
import { encounterIdOf } from "./pv1-encounter.ts";

const { each } = rowsFor<Patient>();
const accountRows = rowsFor<Account>();
const encounterRows = rowsFor<Encounter>();

/** The prior patient. The guide has no map for merges; this is what LinuxForHealth's converter does, with a fixed id. */
export const mrgPatient = segmentMap<Patient>("MRG[Patient]", {
  1: each("identifier", cxToIdentifier),
  2: each("identifier", cxToIdentifier),
  4: each("identifier", cxToIdentifier),
  7: each("name", xpnToHumanName),
});

/** Source: HL7 v2-to-FHIR, MRG[Account]. */
export const mrgAccount = segmentMap<Account>("MRG[Account]", {
  3: accountRows.each("identifier", cxOfType("AN")),
});

/** The prior visit. */
export const mrgEncounter = segmentMap<Encounter>("MRG[Encounter]", {
  5: encounterRows.each("identifier", cxOfType("VN")),
  6: encounterRows.each("identifier", cxToIdentifier),
});

/**
 * Makes the prior patient: inactive, with a link to the one that replaces it, which links back. Its record goes under
 * its own key, after everything else that was said of it. A patient merged with itself is left alone.
 */
export function mergePatient(mrg: Segment, state: State): void {
  const { conversion, patient } = state;
  const cx = primaryIdentifier(mrg.field(1)) ?? nonEmpty(mrg.field(4).first);
  if (!cx || !patient) return;
  const id = patientIdOf(cx, conversion);
  if (id === patient.id) {
    applyMap(mrgPatient, mrg, patient, conversion);
    return;
  }
  const prior = conversion.draft<Patient>(
    { resourceType: "Patient", id, active: false },
    cx.component(1).value,
  );
  applyMap(mrgPatient, mrg, prior, conversion);
  (prior.link ??= []).push({ other: referenceTo(patient), type: "replaced-by" });
  (patient.link ??= []).push({ other: referenceTo(prior), type: "replaces" });
  state.prior = prior;
}

/**
 * The patient from whom something was moved (A43 to A45): both live on. Where what is moved is the identifier itself (A43),
 * MRG-1 and PID-3 are the same and MRG-4 says whose it was.
 */
export function priorPatient(mrg: Segment, state: State): Draft<Patient> | undefined {
  const { conversion, patient } = state;
  const candidates = [primaryIdentifier(mrg.field(1)), nonEmpty(mrg.field(4).first)];
  const cx = candidates.find((each) => each && patientIdOf(each, conversion) !== patient?.id);
  if (!cx || !patient) return undefined;
  const id = patientIdOf(cx, conversion);
  const other = conversion.draft<Patient>({ resourceType: "Patient", id }, cx.component(1).value);
  if (cx === candidates[1]) {
    other.identifier ??= [cxToIdentifier(cx, conversion)].filter((each) => each !== undefined);
    conversion.marks.mapped(mrg, 4, "identifier", other);
    return other;
  }
  applyMap(mrgPatient, mrg, other, conversion);
  return other;
}

/** An identifier was changed (A46 to A51): it is old, and the patient who has it stays the same. */
export function changeIdentifier(mrg: Segment, state: State): void {
  const { conversion, patient } = state;
  if (!patient) return;
  const old: Patient = { resourceType: "Patient" };
  applyMap(mrgPatient, mrg, old, conversion, { resource: patient, element: "" });
  for (const identifier of old.identifier ?? []) {
    const { value, system } = identifier;
    const isCurrent = patient.identifier?.some(
      (own) => own.value === value && own.system === system,
    );
    if (!isCurrent) (patient.identifier ??= []).push({ ...identifier, use: "old" });
  }
}

/** The prior account: closed. The one that goes on is that of PID-18. Identity as PID-18's. */
export function mergeAccount(mrg: Segment, state: State): Draft<Account> | undefined {
  const { conversion, patientReference, account } = state;
  const cx = mrg.field(3).first;
  if (cx.value === "") return undefined;
  const id = conversion.id("Account", authorityOf(cx.component(4), conversion), cx.value);
  if (account && id === account.id) {
    conversion.marks.mapped(mrg, 3, "identifier", account);
    return account;
  }
  const prior = conversion.draft<Account>({
    resourceType: "Account",
    id,
    status: "inactive",
    ...(patientReference ? { subject: [patientReference] } : {}),
  });
  applyMap(mrgAccount, mrg, prior, conversion);
  if (account) {
    (prior.extension ??= []).push({
      url: "urn:hl7-org:v2xml#PID.18",
      valueReference: referenceTo(account),
    });
  }
  return prior;
}

/** The prior visit: merged into, or renumbered as, the one of PV1-19. */
export function mergeVisit(mrg: Segment, state: State): void {
  const { conversion, patientReference, encounter } = state;
  const cx = nonEmpty(mrg.field(5).first);
  if (!cx || !patientReference) return;
  const id = encounterIdOf(cx, conversion);
  if (id === encounter?.id) return;
  const prior = conversion.draft<Encounter>({
    resourceType: "Encounter",
    id,
    status: "entered-in-error",
    class: encounter?.class ?? UNKNOWN_CLASS,
    subject: patientReference,
  });
  applyMap(mrgEncounter, mrg, prior, conversion);
  if (!encounter) return;
  const url = "urn:hl7-org:v2xml#PV1.19";
  (prior.extension ??= []).push({ url, valueReference: referenceTo(encounter) });
  (encounter.extension ??= []).push({
    url: "urn:hl7-org:v2xml#MRG.5",
    valueReference: referenceTo(prior),
  });
}

export const UNKNOWN_CLASS = {
  system: "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
  code: "UNK",
};

function nonEmpty(cx: Repetition): Repetition | undefined {
  return cx.value === "" ? undefined : cx;
}
