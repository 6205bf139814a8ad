import type { Address, Extension, Patient } from "fhir/r4";
import type { Field, Repetition, Segment } from "#lib/hl7v2";
import type { Conversion, Draft } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { language } from "../datatypes/cwe-language.ts";
import { cxToIdentifier, identifierType } from "../datatypes/cx-identifier.ts";
import { dln } from "../datatypes/dln-identifier.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { code, date, text, wholeNumber, yesOrNo } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { calledBy, xpnToHumanName, xpnToString } from "../datatypes/xpn-humanname.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { pidToAccount } from "./pid-account.ts";
import { motherOf } from "./pid-relatedperson.ts";
import { pidToProvenance } from "./pid-provenance.ts";
import { raceExtension } from "./pid-us-core.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

/** Types of patient identifiers, the one that tells patients apart best first (table 0203). */
const ID_TYPES = ["MR", "PI", "PT"];

const { each, one, rule, extension, kept } = rowsFor<Patient>();

/** Source: HL7 v2-to-FHIR, PID[Patient]. PID-10 and PID-22 follow US Core where the codes are those of the CDC. */
export const pidPatient = segmentMap<Patient>(
  "PID[Patient]",
  {
    2: each("identifier", cxToIdentifier),
    3: each("identifier", cxToIdentifier),
    4: each("identifier", cxToIdentifier),
    5: [each("name", xpnToHumanName), each("name", calledBy)],
    6: extension(`${EXTENSION}/patient-mothersMaidenName`, "valueString", xpnToString),
    7: [
      one("birthDate", date),
      rule("birthDate.extension", (field, target, conversion) => {
        const at = field.value.length > 8 ? conversion.dateTime(field.value) : undefined;
        if (at === undefined) return false;
        const birthTime = { url: `${EXTENSION}/patient-birthTime`, valueDateTime: at };
        Object.assign(target, { _birthDate: { extension: [birthTime] } });
        return true;
      }),
    ],
    8: one("gender", code("AdministrativeSex")),
    9: each("name", xpnToHumanName),
    10: rule("extension", raceExtension("race")),
    11: each("address", xadToAddress),
    12: rule("address.district", county),
    13: each("telecom", xtn("home")),
    14: each("telecom", xtn("work")),
    15: rule("communication", communication),
    16: one("maritalStatus", cwe("MaritalStatus", "0002")),
    17: extension(`${EXTENSION}/patient-religion`, "valueCodeableConcept", cwe("Religion", "0006")),
    19: each("identifier", (repetition) =>
      repetition.value === ""
        ? undefined
        : {
            type: identifierType("SS"),
            system: "http://hl7.org/fhir/sid/us-ssn",
            value: repetition.value,
          },
    ),
    20: each("identifier", dln),
    22: rule("extension", raceExtension("ethnicity")),
    23: extension(`${EXTENSION}/patient-birthPlace`, "valueAddress", (repetition) =>
      repetition.value === "" ? undefined : { text: repetition.value },
    ),
    24: rule("multipleBirth[x]", (field, target, conversion, segment) => {
      const isMultiple = yesOrNo(field.first, conversion, segment, 24);
      if (isMultiple === undefined) return false;
      if (target.multipleBirthInteger === undefined) target.multipleBirthBoolean ??= isMultiple;
      return true;
    }),
    25: rule("multipleBirth[x]", (field, target) => {
      const order = wholeNumber(field.value, 1);
      if (order === undefined) return false;
      delete target.multipleBirthBoolean;
      target.multipleBirthInteger = order;
      return true;
    }),
    26: each("extension", coded("patient-citizenship", "0171")),
    27: kept("valueCodeableConcept", cwe(undefined, "0172")),
    28: each("extension", coded("patient-nationality", "0212")),
    29: rule("deceased[x]", (field, target, conversion) => {
      const at = conversion.dateTime(field.value);
      if (at === undefined) return false;
      target.deceasedDateTime = at;
      delete target.deceasedBoolean;
      return true;
    }),
    30: rule("deceased[x]", (field, target, conversion, segment) => {
      const isDead = yesOrNo(field.first, conversion, segment, 30);
      if (isDead === undefined) return false;
      if (target.deceasedDateTime === undefined) target.deceasedBoolean ??= isDead;
      return true;
    }),
    31: kept("valueBoolean", yesOrNo),
    32: kept("valueCodeableConcept", cwe(undefined, "0445")),
    33: rule(
      "meta",
      (field, _target, conversion) => conversion.dateTime(field.value) !== undefined,
    ),
    35: rule("extension", animal("species", "0446")),
    36: rule("extension", animal("breed", "0447")),
    37: kept("valueString", text),
    38: rule("extension", animal("genderStatus", "0429")),
    39: each("extension", coded("patient-citizenship", "0171")),
    40: each("telecom", xtn()),
  },
  { 1: SET_ID },
);

/** Starts the patient of a PID: what comes after is about this one. */
export function pid(segment: Segment, state: State): void {
  const { conversion } = state;
  const patient = conversion.draft<Patient>({
    resourceType: "Patient",
    id: patientId(segment, conversion),
  });
  state.patient = patient;
  state.pid = segment;
  state.encounter = undefined;
  state.episode = undefined;
  state.pv1 = undefined;
  state.slots = { appointment: state.slots.appointment, owner: patient };
  applyMap(pidPatient, segment, patient, conversion);
  if (state.event.deletesPatient) patient.active = false;
  state.account = pidToAccount(segment, state);
  motherOf(segment, state);
  pidToProvenance(segment, state);
}

/**
 * The id of a patient: the identifier of the best type and its authority, else PID-2, else PID-4. Without any
 * identifier, the place in the message, so that two unknown patients are never one.
 */
export function patientId(pid: Segment, conversion: Conversion): string {
  const cx = primaryIdentifier(pid.field(3)) ?? nonEmpty(pid.field(2)) ?? nonEmpty(pid.field(4));
  if (!cx) return conversion.id("Patient", ...conversion.placeIdentity(pid));
  return patientIdOf(cx, conversion);
}

/** The id of the patient whom a CX names; PID-3 and MRG-1 of one patient agree. */
export function patientIdOf(cx: Repetition, conversion: Conversion): string {
  return conversion.id("Patient", authorityOf(cx.component(4), conversion), cx.component(1).value);
}

/** The repetition that tells patients apart best. */
export function primaryIdentifier(field: Field): Repetition | undefined {
  const filled = field.repetitions.filter(({ value }) => value !== "");
  if (filled.length < 2) return filled[0];
  for (const type of ID_TYPES) {
    const found = filled.find((cx) => cx.component(5).value === type);
    if (found) return found;
  }
  return filled[0];
}

function nonEmpty(field: Field): Repetition | undefined {
  return field.repetitions.find(({ value }) => value !== "");
}

/** PID-12 (county code) belongs to the only address, or makes one of its own. */
function county(field: Field, target: Draft<Patient> | Patient): boolean {
  const district = field.value;
  if (district === "") return false;
  const addresses: Address[] = (target.address ??= []);
  const [only] = addresses;
  if (addresses.length === 1 && only && (!only.district || only.district === district)) {
    only.district = district;
  } else addresses.push({ district });
  return true;
}

function communication(field: Field, target: Patient): boolean {
  const spoken = language(field.first);
  if (!spoken) return false;
  (target.communication ??= []).push({ language: spoken });
  return true;
}

/** Extensions that hold their code one level down. */
function coded(name: string, table: string) {
  const map = cwe(undefined, table);
  return (repetition: Repetition, conversion: Conversion, segment: Segment, position: number) => {
    const valueCodeableConcept = map(repetition, conversion, segment, position);
    return (
      valueCodeableConcept && {
        url: `${EXTENSION}/${name}`,
        extension: [{ url: "code", valueCodeableConcept }],
      }
    );
  };
}

/** PID-35, PID-36 and PID-38 are three parts of one extension, which demands the species. */
function animal(part: "species" | "breed" | "genderStatus", table: string) {
  const url = `${EXTENSION}/patient-animal`;
  const map = cwe(undefined, table);
  return (field: Field, target: Patient, conversion: Conversion, segment: Segment): boolean => {
    const valueCodeableConcept = map(field.first, conversion, segment, 0);
    if (!valueCodeableConcept) return false;
    const list = (target.extension ??= []);
    let extension = list.find((each): each is Extension => each.url === url);
    if (!extension) list.push((extension = { url, extension: [] }));
    extension.extension?.push({ url: part, valueCodeableConcept });
    return true;
  };
}
