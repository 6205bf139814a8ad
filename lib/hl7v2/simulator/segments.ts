import { buildSegment, repeated } from "../build.ts";
import type { FieldValue } from "../build.ts";
import type { Panel } from "./catalog.ts";
import type { Person } from "./people.ts";
import type { Random } from "./random.ts";

/** Where an inpatient lies. */
export interface Bed {
  readonly ward: string;
  readonly room: string;
  readonly bed: string;
}

/** One stay or visit. Times are YYYYMMDDHHMMSS+0000. */
export interface Visit {
  readonly number: string;
  readonly patientClass: "I" | "O" | "E";
  readonly bed: Bed;
  readonly service: string;
  readonly doctor: readonly [id: string, family: string, given: string];
  readonly admittedAt: string;
  readonly diagnosis: readonly [code: string, text: string];
}

export interface Hospital {
  readonly application: string;
  readonly facility: string;
}

/** The assigning authority of a hospital's identifiers. */
const authority = (facility: string): readonly string[] => [facility, "2.999.1.1", "ISO"];

const doctorName = (doctor: Visit["doctor"], facility: string): FieldValue => [
  ...doctor,
  "",
  "",
  "Dr",
  "",
  "",
  authority(facility),
  "L",
];

export function msh(
  hospital: Hospital,
  type: readonly [code: string, trigger: string, structure: string],
  controlId: string,
  time: string,
): string {
  return buildSegment("MSH", [
    hospital.application,
    hospital.facility,
    "CONNECT",
    "CLINICAL",
    time,
    "",
    type,
    controlId,
    "P",
    "2.5.1",
    "",
    "",
    "",
    "",
    "",
    "UNICODE UTF-8",
  ]);
}

export function evn(trigger: string, time: string): string {
  return buildSegment("EVN", [trigger, time, "", "", "", time]);
}

export function pid(person: Person, facility: string, visit?: Visit): string {
  return buildSegment("PID", [
    "1",
    "",
    repeated(
      [person.mrn, "", "", authority(facility), "MR"],
      [`N${person.mrn.slice(2)}`, "", "", ["NATIONAL", "2.999.1.9", "ISO"], "NI"],
    ),
    "",
    [person.family, person.given, "", "", "", "", "L"],
    "",
    person.birthDate,
    person.sex,
    "",
    "",
    [person.street, "", person.city, "", person.postalCode, "USA", "H"],
    "",
    [person.phone, "PRN", "PH"],
    "",
    "",
    person.maritalStatus,
    "",
    visit ? [visit.number, "", "", authority(facility), "AN"] : "",
  ]);
}

export function nk1(person: Person): string {
  const { family, given, relation } = person.contact;
  return buildSegment("NK1", [
    "1",
    [family, given],
    [...relation, "HL70063"],
    "",
    [person.phone, "PRN", "PH"],
  ]);
}

export function noVisit(): string {
  return buildSegment("PV1", ["1", "N"]);
}

export function pv1(visit: Visit, facility: string, from?: Bed, dischargedAt = ""): string {
  const place = (bed: Bed | undefined): FieldValue =>
    bed ? [bed.ward, bed.room, bed.bed, facility] : "";
  const fields: FieldValue[] = [
    "1",
    visit.patientClass,
    place(visit.bed),
    visit.patientClass === "E" ? "E" : "R",
    "",
    place(from),
    doctorName(visit.doctor, facility),
    "",
    "",
    visit.service,
  ];
  while (fields.length < 18) fields.push("");
  fields.push([visit.number, "", "", authority(facility), "VN"]);
  while (fields.length < 35) fields.push("");
  fields.push(dischargedAt === "" ? "" : "01");
  while (fields.length < 43) fields.push("");
  fields.push(visit.admittedAt, dischargedAt);
  return buildSegment("PV1", fields);
}

export function al1(person: Person): string[] {
  return person.allergies.map(([code, text], index) =>
    buildSegment("AL1", [
      String(index + 1),
      ["DA", "Drug allergy", "HL70127"],
      [code, text, "RXNORM"],
      ["MO", "Moderate", "HL70128"],
      "Rash",
    ]),
  );
}

export function dg1(visit: Visit): string {
  return buildSegment("DG1", ["1", "", [...visit.diagnosis, "I10C"], "", visit.admittedAt, "A"]);
}

export function in1(person: Person): string[] {
  if (!person.insurance) return [];
  const { plan, number } = person.insurance;
  const fields: FieldValue[] = [
    "1",
    [plan.replaceAll(/\W/g, "").toUpperCase(), plan],
    [`C-${plan.length}`, "", "", "PAYERS"],
    [plan],
  ];
  while (fields.length < 15) fields.push("");
  fields.push([person.family, person.given], ["SEL", "Self", "HL70063"], person.birthDate);
  while (fields.length < 35) fields.push("");
  fields.push(number);
  return [buildSegment("IN1", fields)];
}

export function mrg(prior: Person, facility: string): string {
  return buildSegment("MRG", [
    [prior.mrn, "", "", authority(facility), "MR"],
    "",
    "",
    "",
    "",
    "",
    [prior.family, prior.given],
  ]);
}

/** One laboratory order. */
export interface LabOrder {
  readonly placer: string;
  readonly filler: string;
  readonly panel: Panel;
  readonly orderedAt: string;
  readonly doctor: Visit["doctor"];
}

export function orc(order: LabOrder, control: "NW" | "RE", facility: string): string {
  return buildSegment("ORC", [
    control,
    [order.placer, "OE"],
    control === "RE" ? [order.filler, "LAB"] : "",
    "",
    control === "RE" ? "CM" : "IP",
    "",
    "",
    "",
    order.orderedAt,
    "",
    "",
    doctorName(order.doctor, facility),
  ]);
}

export function obr(order: LabOrder, facility: string, resultedAt = ""): string {
  const fields: FieldValue[] = [
    "1",
    [order.placer, "OE"],
    resultedAt === "" ? "" : [order.filler, "LAB"],
    [order.panel.code, order.panel.name, "LN"],
    "",
    "",
    order.orderedAt,
  ];
  while (fields.length < 15) fields.push("");
  fields.push(doctorName(order.doctor, facility));
  while (fields.length < 21) fields.push("");
  fields.push(resultedAt, "", order.panel.section, resultedAt === "" ? "" : "F");
  return buildSegment("OBR", fields);
}

export function obxs(order: LabOrder, resultedAt: string, random: Random): string[] {
  return order.panel.analytes.map((analyte, index) => {
    const { text, parts, flag } = analyte.value(random);
    return buildSegment("OBX", [
      String(index + 1),
      analyte.type,
      [analyte.code, analyte.name, "LN"],
      "",
      parts ?? text,
      analyte.unit === "" ? "" : [analyte.unit, "", "UCUM"],
      analyte.range,
      flag,
      "",
      "",
      "F",
      "",
      "",
      resultedAt,
    ]);
  });
}
