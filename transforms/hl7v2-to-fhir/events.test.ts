import assert from "node:assert/strict";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { parseMessage } from "#lib/hl7v2";
import { convertMessage, convertedEvents } from "./library.ts";

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };

const PID = "PID|1||4711^^^HOSP^MR||Doe^Jane||19700203|F||||||||||ACC1^^^HOSP";
const PID2 = "PID|2||4712^^^HOSP^MR||Roe^Rita||19710203|F";
const PV1 = "PV1|1|I|W1^2^B^HOSP||||1^Amsel^Ines||||||||||||V1^^^HOSP";
const MRG = "MRG|0815^^^HOSP^MR||ACC0^^^HOSP||V0^^^HOSP||Doe^Janet";
const ORDER = "ORC|NW|P1^HOSP|F1^LAB\rOBR|1|P1^HOSP|F1^LAB|58410-2^CBC^LN||||||||||||||||||||||F";
const OBX = "OBX|1|NM|718-7^Hgb^LN||7.10|g/dL^^UCUM|||||F";
const RXO = "ORC|NW|P2^HOSP\rRXO|1191^Aspirin^RXNORM|100||mg^^UCUM";
const RXE = "ORC|NW|P2^HOSP\rRXE||1191^Aspirin^RXNORM|100||mg^^UCUM";
const RXA = "ORC|RE|P3^HOSP\rRXA|0|1|20260101100000||08^HepB^CVX|1|mL^^UCUM";
const TXA = "TXA|1|DS^Discharge summary^HL70270|TX|||20260101110000|||||D1^HOSP|||||||AV";
const SCH = "SCH|A1^HOSP|A2^HOSP|||||ROUTINE||30|MIN|^^^20260102090000^20260102093000";
const AIP = "RGS|1\rAIP|1||1^Amsel^Ines|D^Doctor";

/** What each event of the target list makes: the body of a small message, and types that have to be there. */
const bodies: readonly (readonly [events: string, body: string, types: string])[] = [
  [
    "ADT^A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12 A13 A14 A15 A16",
    `${PID}\r${PV1}`,
    "Patient Encounter Account Location",
  ],
  [
    "ADT^A17",
    `${PID}\r${PV1}\r${PID2}\rPV1|1|I|W1^3^B^HOSP||||||||||||||||V2`,
    "Patient Patient Encounter Encounter",
  ],
  ["ADT^A18", `${PID}\r${MRG}\r${PV1}`, "Patient Patient"],
  ["ADT^A20", "NPU|W1^2^B^HOSP|C", "Location"],
  [
    "ADT^A21 A22 A23 A25 A26 A27 A29 A38 A52 A53 A54 A55 A61 A62",
    `${PID}\r${PV1}`,
    "Patient Encounter",
  ],
  ["ADT^A24", `${PID}\r${PID2}`, "Patient Patient"],
  ["ADT^A28 A31", PID, "Patient"],
  ["ADT^A34 A36 A40 A43 A44 A45", `${PID}\r${MRG}\r${PV1}`, "Patient Patient"],
  ["ADT^A35 A41 A49", `${PID}\r${MRG}`, "Patient Account Account"],
  ["ADT^A47", `${PID}\r${MRG}`, "Patient"],
  ["ADT^A50 A51", `${PID}\r${MRG}\r${PV1}`, "Patient Encounter Encounter"],
  ["ADT^A60", `${PID}\rIAM|1|DA|1191^Aspirin^RXNORM|SV|Hives`, "Patient AllergyIntolerance"],
  [
    "ORU^R01 R30 R31 R32 R40",
    `${PID}\r${PV1}\r${ORDER}\r${OBX}`,
    "Patient ServiceRequest DiagnosticReport Observation",
  ],
  [
    "OUL^R21 R24",
    `${PID}\r${ORDER}\r${OBX}\rSPM|1|S1||BLD`,
    "Specimen DiagnosticReport Observation",
  ],
  [
    "OUL^R22 R23",
    `${PID}\rSPM|1|S1||BLD\rSAC|||C1\r${ORDER.split("\r")[1]}\r${OBX}`,
    "Specimen DiagnosticReport Observation",
  ],
  ["ORM^O01", `${PID}\r${ORDER}`, "Patient ServiceRequest"],
  ["OML^O21 O33 O35 O39", `${PID}\rSPM|1|S1||BLD\rSAC|||C1\r${ORDER}`, "Patient ServiceRequest"],
  ["OMG^O19", `${PID}\r${ORDER}\r${OBX}`, "ServiceRequest Observation"],
  ["OMI^O23", `${PID}\r${ORDER}`, "ServiceRequest"],
  ["OMD^O03", `${PID}\rORC|NW|P4^HOSP\rODS|D||321^Vegetarian^L`, "NutritionOrder"],
  ["OMS^O05", `${PID}\rORC|NW|P5^HOSP\rRQD|1|77^Gauze^L|||5`, "SupplyRequest"],
  ["OMN^O07", `${PID}\rORC|NW|P5^HOSP\rRQD|1|77^Gauze^L|||5`, "SupplyRequest"],
  ["OMP^O09", `${PID}\r${RXO}\rRXR|PO`, "MedicationRequest"],
  ["RDE^O01 O11 O25", `${PID}\r${RXE}\rRXR|PO`, "MedicationRequest"],
  [
    "RDS^O13",
    `${PID}\rORC|RE|P2^HOSP\rRXD|1|1191^Aspirin^RXNORM|20260101|20|tbl`,
    "MedicationDispense",
  ],
  ["RAS^O17", `${PID}\r${RXA}\rRXR|IM`, "MedicationAdministration"],
  [
    "RGV^O15",
    `${PID}\rORC|RE|P2^HOSP\rRXG|1|||1191^Aspirin^RXNORM|100||mg\rRXR|PO`,
    "MedicationAdministration",
  ],
  ["VXU^V04", `${PID}\r${RXA}\rRXR|IM^Intramuscular^HL70162`, "Immunization"],
  ["MDM^T01 T03 T05 T07 T09 T11", `${PID}\r${PV1}\r${TXA}`, "DocumentReference"],
  [
    "MDM^T02 T04 T06 T08 T10",
    `${PID}\r${PV1}\r${TXA}\rOBX|1|TX|||All is well||||||F`,
    "DocumentReference Binary",
  ],
  [
    "SIU^S12 S13 S14 S15 S16 S17 S18 S19 S20 S21 S22 S26",
    `${SCH}\r${PID}\r${AIP}`,
    "Patient Appointment Practitioner",
  ],
  ["SIU^S23 S24", `${SCH}\r${AIP}`, "Schedule Slot Practitioner"],
  ["DFT^P03 P11", `${PID}\r${PV1}\rFT1|1|T1||20260101|20260101|CG|99213^Visit^C4`, "ChargeItem"],
  [
    "BAR^P01 P02 P05 P06 P10 P12",
    `${PID}\r${PV1}\rGT1|1|G1|Doe^John\rPR1|1||99213^Visit^C4||20260101`,
    "Patient Account",
  ],
  [
    "PPR^PC1 PC2 PC3",
    `${PID}\rPRB|AD|20260101|I10^Hypertension^I10C|PR1\rGOL|AD|20260101|G^Lower pressure^L|GO1`,
    "Condition Goal",
  ],
  [
    "REF^I12 I13 I14 I15",
    `RF1|A|R|||||20260101\rPRD|RP|Amsel^Ines\r${PID}`,
    "ServiceRequest PractitionerRole",
  ],
  ["MFN^M01 M02", "MFI|PRA\rMFE|MAD|1|20260101|1\rSTF|1|1^^^HOSP|Amsel^Ines", "Practitioner"],
  ["MFN^M05", "MFI|LOC\rMFE|MAD|1|20260101|W1\rLOC|W1^2^B^HOSP|A room|R", "Location"],
];

function convert(event: string, body: string): readonly FhirResource[] {
  const [type, trigger] = event.split("^");
  const text = `MSH|^~\\&|APP|HOSP|CC|CX|20260101120000||${type}^${trigger}|M1|P|2.5.1\rEVN||20260101115500\r${body}\r`;
  const result = convertMessage(parseMessage(text), options);
  assert.ok("made" in result, "problem" in result ? result.problem : "");
  return result.made.map(({ resource }) => resource);
}

const events = bodies.flatMap(([names, body, types]) => {
  const [type = "", triggers = ""] = names.split("^");
  return triggers.split(" ").map((trigger) => ({ event: `${type}^${trigger}`, body, types }));
});

test("all events of the target list are converted", () => {
  const listed = new Set(events.map(({ event }) => event));

  assert.ok(listed.size >= 118);
  assert.deepEqual([...listed.difference(new Set(convertedEvents()))], []);
});

for (const { event, body, types } of events) {
  test(`${event} makes ${types}, a MessageHeader and a Provenance, and refers to nothing else`, () => {
    const resources = convert(event, body);

    const left = resources.map(({ resourceType }) => resourceType as string);
    for (const type of [...types.split(" "), "MessageHeader", "Provenance"]) {
      assert.ok(left.includes(type), `${type} is there`);
      left.splice(left.indexOf(type), 1);
    }
    const ids = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
    for (const [, reference = ""] of JSON.stringify(resources).matchAll(/"reference":"([^"]+)"/g)) {
      assert.ok(ids.has(reference), `${reference.split("/")[0]} is there`);
    }
  });
}

const visits: readonly (readonly [event: string, status: string, operation?: string])[] = [
  ["ADT^A05", "planned"],
  ["ADT^A10", "arrived"],
  ["ADT^A11", "cancelled", "CANCEL"],
  ["ADT^A14", "planned"],
  ["ADT^A21", "onleave"],
  ["ADT^A22", "in-progress"],
  ["ADT^A23", "entered-in-error", "DELETE"],
  ["ADT^A27", "cancelled", "CANCEL"],
  ["ADT^A38", "cancelled", "CANCEL"],
  ["ADT^A53", "onleave", "CANCEL"],
];
for (const [event, status, operation] of visits) {
  test(`after ${event} the visit is ${status}, and the Provenance says ${operation ?? "no more"}`, () => {
    const resources = convert(event, `${PID}\r${PV1}`);

    const encounter = resources.find((each) => each.resourceType === "Encounter");
    assert.equal(encounter?.status, status);
    const provenance = resources.findLast((each) => each.resourceType === "Provenance");
    const codes = (provenance?.activity?.coding ?? []).flatMap(({ code, system }) =>
      code === undefined || system?.includes("v2mappings") ? [] : [code],
    );
    assert.deepEqual(codes, operation ? [event.slice(4), operation] : [event.slice(4)]);
  });
}

test("a deleted person (A29) is inactive, and not taken away", () => {
  const patient = convert("ADT^A29", `${PID}\r${PV1}`).find(
    (each) => each.resourceType === "Patient",
  );

  assert.equal(patient?.active, false);
});

test("a cancelled discharge (A13) leaves no end", () => {
  const ended = `${PV1}${"|".repeat(25)}20260101|20260102`;
  const encounter = convert("ADT^A13", `${PID}\r${ended}`).find(
    (each) => each.resourceType === "Encounter",
  );

  assert.equal(encounter?.status, "in-progress");
  assert.deepEqual(encounter?.period, { start: "2026-01-01" });
});

test("merged accounts (A41) keep the account that goes on, and close the other", () => {
  const accounts = convert("ADT^A41", `${PID}\r${MRG}`).filter(
    (each) => each.resourceType === "Account",
  );

  assert.deepEqual(
    accounts.map(({ identifier, status }) => [identifier?.[0]?.value, status]).toSorted(),
    [
      ["ACC0", "inactive"],
      ["ACC1", "active"],
    ],
  );
});

test("linked patients (A24) see each other and both live on", () => {
  const patients = convert("ADT^A24", `${PID}\r${PID2}`).filter(
    (each) => each.resourceType === "Patient",
  );

  assert.deepEqual(
    patients.map(({ link, active }) => [link?.[0]?.type, link?.[0]?.other.reference, active]),
    [
      ["seealso", `Patient/${patients[1]?.id}`, undefined],
      ["seealso", `Patient/${patients[0]?.id}`, undefined],
    ],
  );
});

test("a changed identifier (A47) is an old one of the same patient", () => {
  const patients = convert("ADT^A47", `${PID}\rMRG|0815^^^HOSP^MR`).filter(
    (each) => each.resourceType === "Patient",
  );

  assert.equal(patients.length, 1);
  assert.deepEqual(
    patients[0]?.identifier?.map(({ value, use }) => [value, use]),
    [
      ["4711", undefined],
      ["0815", "old"],
    ],
  );
});

const appointments = [
  ["SIU^S12", "booked"],
  ["SIU^S15", "cancelled"],
  ["SIU^S17", "entered-in-error"],
  ["SIU^S26", "noshow"],
] as const;
for (const [event, status] of appointments) {
  test(`after ${event} the appointment is ${status}`, () => {
    const found = convert(event, `${SCH}\r${PID}\r${AIP}`).find(
      (each) => each.resourceType === "Appointment",
    );

    assert.equal(found?.status, status);
    assert.equal(found.start, "2026-01-02T09:00:00+00:00");
    assert.equal(found.participant.length, 2);
  });
}

const slots = [
  ["SIU^S23", "busy-unavailable"],
  ["SIU^S24", "free"],
] as const;
for (const [event, status] of slots) {
  test(`after ${event} the time is ${status}, and there is no appointment`, () => {
    const resources = convert(event, `${SCH}\r${AIP}`);

    assert.equal(resources.find((each) => each.resourceType === "Slot")?.status, status);
    assert.ok(!resources.some((each) => each.resourceType === "Appointment"));
  });
}
