import type { Extension, Identifier, Patient, Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Field, Repetition, Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { administrativeSex } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-system.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { xtnToContactPoint } from "../datatypes/xtn-contactpoint.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

/** Types of patient identifiers, the one that tells patients apart best first (table 0203). */
const ID_TYPES = ["MR", "PI", "PT"];

/**
 * Maps PID (with PD1-less demographics) to Patient, field by field as the guide does.
 *
 * PID-21 (mother's identifier) and PID-35 to PID-40 but PID-40 are left out.
 * Source: HL7 v2-to-FHIR, PID[Patient].
 */
export function pidToPatient(
  pid: Segment,
  conversion: Conversion,
  links: Patient["link"] = [],
): Reference {
  const birth = pid.field(7).value;
  const patient: Patient = {
    resourceType: "Patient",
    id: patientId(pid, conversion),
    identifier: identifiers(pid),
    name: [...pid.field(5).repetitions, ...pid.field(9).repetitions].flatMap(
      (xpn) => xpnToHumanName(xpn) ?? [],
    ),
    telecom: telecom(pid),
    ...coded("gender", administrativeSex[pid.field(8).value.toUpperCase()]),
    birthDate: conversion.date(birth) ?? "",
    address: addresses(pid),
    ...(links.length > 0 ? { link: [...links] } : {}),
    extension: extensions(pid),
  };
  if (birth.length > 8 && patient.birthDate) {
    const valueDateTime = conversion.dateTime(birth);
    if (valueDateTime) {
      patient._birthDate = {
        extension: [{ url: `${EXTENSION}/patient-birthTime`, valueDateTime }],
      };
    }
  }
  const language = cweToCodeableConcept(pid.field(15).first);
  if (language) patient.communication = [{ language }];
  const maritalStatus = cweToCodeableConcept(
    pid.field(16).first,
    "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
  );
  if (maritalStatus) patient.maritalStatus = maritalStatus;
  addBirthOrder(patient, pid);
  addDeath(patient, pid, conversion);
  return conversion.add(patient);
}

/**
 * The id of a patient: the identifier of the best type and its authority. Without any identifier, the
 * message itself, so that two unknown patients are never one.
 */
export function patientId(pid: Segment, conversion: Conversion): string {
  const cx = primaryIdentifier(pid.field(3)) ?? nonEmpty(pid.field(2));
  if (!cx) return resourceId("Patient", ...conversion.messageIdentity);
  return patientIdOf(cx, conversion);
}

/** The id of the patient whom a CX names; PID-3 and MRG-1 of one patient agree. */
export function patientIdOf(cx: Repetition, conversion: Conversion): string {
  const authority = authorityOf(cx.component(4)) || conversion.message.header.sendingFacility;
  return resourceId("Patient", authority, cx.component(1).value);
}

/** The repetition that tells patients apart best. */
export function primaryIdentifier(field: Field): Repetition | undefined {
  const filled = field.repetitions.filter(({ value }) => value !== "");
  for (const type of ID_TYPES) {
    const found = filled.find((cx) => cx.component(5).value === type);
    if (found) return found;
  }
  return filled[0];
}

function nonEmpty(field: Field): Repetition | undefined {
  return field.repetitions.find(({ value }) => value !== "");
}

function identifiers(pid: Segment): Identifier[] {
  const fromCx = [2, 3, 4].flatMap((position) =>
    pid.field(position).repetitions.flatMap((cx) => cxToIdentifier(cx) ?? []),
  );
  const social = pid.field(19).value;
  if (social !== "") {
    fromCx.push({
      type: { coding: [{ system: hl7Table("0203"), code: "SS" }] },
      system: "http://hl7.org/fhir/sid/us-ssn",
      value: social,
    });
  }
  const license = pid.field(20).value;
  if (license !== "") {
    fromCx.push({
      type: { coding: [{ system: hl7Table("0203"), code: "DL" }] },
      value: license,
      assigner: { display: pid.field(20).component(2).value },
    });
  }
  return fromCx;
}

function telecom(pid: Segment): NonNullable<Patient["telecom"]> {
  const of = (position: number, use?: "home" | "work") =>
    pid.field(position).repetitions.flatMap((xtn) => xtnToContactPoint(xtn, use) ?? []);
  return [...of(13, "home"), ...of(14, "work"), ...of(40)];
}

/** PID-12 (county code) belongs to the only address, or makes one of its own. */
function addresses(pid: Segment): NonNullable<Patient["address"]> {
  const found = pid.field(11).repetitions.flatMap((xad) => xadToAddress(xad) ?? []);
  const county = pid.field(12).value;
  if (county === "") return found;
  const [only] = found;
  if (found.length === 1 && only && !only.district) return [{ ...only, district: county }];
  return [...found, { district: county }];
}

function extensions(pid: Segment): Extension[] {
  const list: Extension[] = [];
  const mother = xpnToHumanName(pid.field(6).first);
  if (mother?.family) {
    list.push({ url: `${EXTENSION}/patient-mothersMaidenName`, valueString: mother.family });
  }
  const religion = cweToCodeableConcept(
    pid.field(17).first,
    "http://terminology.hl7.org/CodeSystem/v3-ReligiousAffiliation",
  );
  if (religion) list.push({ url: `${EXTENSION}/patient-religion`, valueCodeableConcept: religion });
  const birthPlace = pid.field(23).value;
  if (birthPlace !== "") {
    list.push({ url: `${EXTENSION}/patient-birthPlace`, valueAddress: { text: birthPlace } });
  }
  for (const [position, name] of [
    [26, "patient-citizenship"],
    [28, "patient-nationality"],
  ] as const) {
    const code = cweToCodeableConcept(pid.field(position).first);
    if (!code) continue;
    list.push({
      url: `${EXTENSION}/${name}`,
      extension: [{ url: "code", valueCodeableConcept: code }],
    });
  }
  return list;
}

/** PID-25 (order) says more than PID-24 (yes or no). */
function addBirthOrder(patient: Patient, pid: Segment): void {
  const order = pid.field(25).value;
  const isMultiple = yesOrNo(pid.field(24).value);
  if (/^[1-9]\d?$/.test(order)) patient.multipleBirthInteger = Number(order);
  else if (isMultiple !== undefined) patient.multipleBirthBoolean = isMultiple;
}

/** PID-29 (when) says more than PID-30 (whether). */
function addDeath(patient: Patient, pid: Segment, conversion: Conversion): void {
  const at = conversion.dateTime(pid.field(29).value);
  const isDead = yesOrNo(pid.field(30).value);
  if (at !== undefined) patient.deceasedDateTime = at;
  else if (isDead !== undefined) patient.deceasedBoolean = isDead;
}

function yesOrNo(code: string): boolean | undefined {
  return code === "Y" ? true : code === "N" ? false : undefined;
}

function coded(name: "gender", code: string | undefined): Pick<Patient, "gender"> {
  return code === undefined ? {} : { [name]: code as NonNullable<Patient["gender"]> };
}
