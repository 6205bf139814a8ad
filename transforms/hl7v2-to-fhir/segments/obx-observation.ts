import type {
  CodeableConcept,
  Device,
  DocumentReference,
  Observation,
  ObservationComponent,
  Reference,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { observationStatus } from "../codesystems/tables.ts";
import { referenceTo } from "../conversion.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { alternateCode, codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { edToAttachment, inBinary, rpToAttachment } from "../datatypes/ed-attachment.ts";
import { ei, eipFiller, eipPlacer } from "../datatypes/ei-identifier.ts";
import { DOCUMENT_TYPES, TEXT_TYPES, naToSampledData, obx5Value } from "../datatypes/obx5-value.ts";
import { og } from "../datatypes/og-subidentifier.ts";
import { dateTime, decimal, instant, text, wholeText } from "../datatypes/primitives.ts";
import { xadToOrganizationAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { practitionerIn, practitionerRole } from "../datatypes/xcn-practitionerrole.ts";
import { organization, organizationOfCwe } from "../datatypes/xon-organization.ts";
import { SET_ID, applyMap, keptUrl, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

const { each, one, rule, extension, kept } = rowsFor<Observation>();

/** Source: HL7 v2-to-FHIR, OBX[Observation] and OBX[Observation-Component]. */
export const obxObservation = segmentMap<Observation>(
  "OBX[Observation]",
  {
    2: rule("value[x]", (field) => field.value !== ""),
    3: one("code", cwe()),
    4: each("extension", og),
    5: rule("value[x]", value),
    6: rule("valueQuantity.unit", (field, target, conversion, segment) => {
      if (hasUnit(target)) return true;
      // A result that is no number has no place for its unit.
      const valueCodeableConcept = cwe()(field.first, conversion, segment, 6);
      if (!valueCodeableConcept) return false;
      (target.extension ??= []).push({ url: keptUrl("OBX", 6), valueCodeableConcept });
      return true;
    }),
    7: rule("referenceRange.text", (field, target) => {
      const text = field.decoded;
      if (text.trim() === "") return false;
      target.referenceRange = [{ text }];
      return true;
    }),
    8: each("interpretation", cwe("InterpretationCodes", "0078")),
    9: kept("valueDecimal", decimal),
    10: extension(
      `${EXTENSION}/observation-nature-of-abnormal-test`,
      "valueCodeableConcept",
      cwe("NatureOfAbnormalTesting", "0080"),
    ),
    11: rule("status", (field, target) => {
      const status = observationStatus[field.value];
      if (status) target.status = status as Observation["status"];
      if (field.value === "X") {
        const sent = alternateCode({ system: hl7Table("0085"), code: "X" });
        Object.assign(target, { _status: sent });
      }
      return status !== undefined;
    }),
    12: kept("valueDateTime", dateTime),
    13: kept("valueString", text),
    14: one("effectiveDateTime", dateTime),
    15: each("performer", organizationOfCwe),
    16: each(
      "performer",
      practitionerIn(
        codeOf("http://terminology.hl7.org/CodeSystem/practitioner-role", "responsibleObserver"),
      ),
    ),
    17: one("method", cwe()),
    18: one("device", (repetition, conversion, segment, position) => {
      const identifier = ei()(repetition, conversion, segment, position);
      if (!identifier) return undefined;
      const { system = "", value = "" } = identifier;
      return conversion.add<Device>({
        resourceType: "Device",
        id: conversion.id("Device", system || (identifier.assigner?.display ?? ""), value),
        identifier: [identifier],
      });
    }),
    19: [kept("valueDateTime", dateTime), one("issued", instant)],
    20: one("bodySite", cwe(undefined, "0163")),
    21: each("identifier", ei("FILL")),
    22: kept("valueCodeableConcept", cwe(undefined, "0570")),
    23: rule("performer", performingOrganization),
    24: rule("performer.organization.address", (field, _target, conversion, segment) => {
      const address = xadToOrganizationAddress(field.first, conversion);
      const reference = organization(segment.field(23).first, conversion, segment, 23);
      const performer = conversion.find("Organization", reference);
      if (!address || !performer) return false;
      performer.address ??= [address];
      return true;
    }),
    25: rule("performer", (field, target, conversion, segment) => {
      const who = practitioner(field.first, conversion, segment, 25);
      if (!who) return false;
      const facility = organization(segment.field(23).first, conversion, segment, 23);
      const role = codeOf(hl7Table("0912"), "MDIR");
      (target.performer ??= []).push(
        practitionerRole(who, role, conversion, facility ? { organization: facility } : {}),
      );
      return true;
    }),
    26: kept("valueCode", text),
    27: kept("valueCodeableConcept", cwe(undefined, "0909")),
    28: kept("valueCodeableConcept", cwe()),
    29: each("category", (repetition) =>
      repetition.value === "" ? undefined : codeOf(hl7Table("0936"), repetition.value),
    ),
    30: extension(
      `${EXTENSION}/observation-structure-type`,
      "valueCodeableConcept",
      cwe(undefined, "0937"),
    ),
    31: kept("valueCodeableConcept", cwe()),
    32: kept("valueString", wholeText),
    33: rule("specimen", (field, target, conversion, segment) => {
      const identifier =
        eipPlacer("PGN")(field.first, conversion, segment, 33) ??
        eipFiller("FGN")(field.first, conversion, segment, 33);
      if (!identifier) return false;
      target.specimen ??= { type: "Specimen", identifier };
      return true;
    }),
  },
  { 1: SET_ID },
);

/** OBX-5 by its type; several values of one question are components, the lines of a text one value. */
function value(
  field: ReturnType<Segment["field"]>,
  target: Observation,
  conversion: Conversion,
  obx: Segment,
): boolean {
  const type = obx.field(2).value;
  const repetitions = field.repetitions.filter((each) => !each.isEmpty && !each.isNull);
  if (DOCUMENT_TYPES.has(type)) return documents(obx, target, conversion);
  if (type === "NA" || type === "MA") {
    const valueSampledData = naToSampledData(field, obx.field(6));
    if (valueSampledData) {
      target.valueSampledData = valueSampledData;
      return true;
    }
  }
  if (TEXT_TYPES.has(type) || repetitions.length === 1) {
    const [first] = repetitions;
    if (repetitions.length === 1 && first) {
      Object.assign(target, obx5Value(type, first, obx, conversion));
    } else {
      const lines = field.repetitions.map((each) => wholeText(each, conversion, obx, 5) ?? "");
      const valueString = lines.join("\n").trim();
      if (valueString !== "") target.valueString = valueString;
    }
  } else {
    const code = cwe()(obx.field(3).first, conversion, obx, 3) ?? UNKNOWN;
    const component = repetitions.flatMap((each): ObservationComponent[] => {
      const value = obx5Value(type, each, obx, conversion);
      return Object.keys(value).length === 0 ? [] : [{ code, ...value }];
    });
    if (component.length > 0) target.component = component;
  }
  return hasValue(target);
}

const UNKNOWN: CodeableConcept = { text: "unknown" };

/** Whether its value holds the unit of OBX-6. */
function hasUnit({
  valueQuantity,
  valueRange,
  valueRatio,
  valueSampledData,
  component,
}: Observation): boolean {
  return Boolean(
    valueQuantity ??
    valueRange ??
    valueRatio ??
    valueSampledData ??
    component?.some((each) => each.valueQuantity ?? each.valueRange ?? each.valueRatio),
  );
}

function hasValue(observation: Observation): boolean {
  return (
    Object.keys(observation).some((key) => key.startsWith("value")) ||
    Boolean(observation.component)
  );
}

/** ED and RP: the document becomes a DocumentReference from which the observation is derived. */
function documents(obx: Segment, target: Observation, conversion: Conversion): boolean {
  const references = obx.field(5).repetitions.flatMap((repetition, index): Reference[] => {
    const isReference = obx.field(2).value === "RP";
    const attachment = isReference ? rpToAttachment(repetition) : edToAttachment(repetition);
    if (!attachment) return [];
    const identity = ["observation", target.id ?? "", String(index)];
    const type = cwe()(obx.field(3).first, conversion, obx, 3);
    const made = conversion.draft<DocumentReference>({
      resourceType: "DocumentReference",
      id: conversion.id("DocumentReference", ...identity),
      status: "current",
      ...(type ? { type } : {}),
      ...(target.subject ? { subject: target.subject } : {}),
      content: [{ attachment: inBinary(attachment, identity, target.subject, conversion) }],
    });
    return [referenceTo(made)];
  });
  if (references.length === 0) return false;
  target.derivedFrom = [...(target.derivedFrom ?? []), ...references];
  return true;
}

function performingOrganization(
  field: ReturnType<Segment["field"]>,
  target: Observation,
  conversion: Conversion,
  obx: Segment,
): boolean {
  const reference = organization(field.first, conversion, obx, 23);
  if (!reference) return false;
  if (obx.field(25).isEmpty) (target.performer ??= []).push(reference);
  return true;
}

/**
 * An observation: of an order's result, of a specimen, of the patient, or information that came with an order.
 *
 * Identity: what it belongs to, OBX-3, OBX-4, and its count among equals. Without a value there is a reason: OBX-11 N is
 * "not asked", X "error", else unknown.
 */
export function obx(segment: Segment, state: State): void {
  const { conversion, slots, patientReference, encounterReference } = state;
  const { order } = slots;
  const parent = order?.request?.id ?? order?.main?.id ?? slots.specimen?.id;
  const code = segment.field(3);
  const identity = [
    parent ?? encounterReference?.reference ?? patientReference?.reference ?? "",
    code.component(3).value,
    code.component(1).value || code.component(2).value,
    segment.field(4).value,
  ];
  const observation = conversion.draft<Observation>({
    resourceType: "Observation",
    id:
      identity[0] === ""
        ? conversion.id("Observation", ...conversion.placeIdentity(segment), ...identity)
        : conversion.distinctId("Observation", ...identity),
    status: "unknown",
    ...({} as { code: CodeableConcept }),
    ...(patientReference ? { subject: patientReference } : {}),
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  applyMap(obxObservation, segment, observation, conversion);
  finish(observation, segment, state);
  place(observation, segment, state);
  state.slots.observation = observation;
  state.slots.owner = observation;
}

function finish(observation: Draft<Observation>, obx: Segment, state: State): void {
  const { conversion, slots } = state;
  observation.code ??= UNKNOWN;
  if (!hasValue(observation) && !observation.derivedFrom) {
    const status = obx.field(11).value;
    const reason = status === "N" ? "not-asked" : status === "X" ? "error" : "unknown";
    observation.dataAbsentReason = codeOf(ABSENT, reason);
  }
  const observedAt = conversion.dateTime(slots.order?.obr?.field(7).value ?? "");
  if (observedAt !== undefined) observation.effectiveDateTime ??= observedAt;
}

/** Ties the observation to what it stands under. */
function place(observation: Draft<Observation>, obx: Segment, state: State): void {
  const { order, specimen } = state.slots;
  const reference = referenceTo(observation);
  if (specimen) {
    observation.specimen ??= referenceTo(specimen);
    if (state.isUnderSpecimen) {
      observation.focus = [referenceTo(specimen)];
      return;
    }
  }
  if (!order) return;
  const isQuestion = ["QST", "SCI"].includes(obx.field(29).value);
  if (order.report && !isQuestion) {
    if (order.request) observation.basedOn = [referenceTo(order.request)];
    (order.report.result ??= []).push(reference);
    const attachments = (observation.derivedFrom ?? []).flatMap((each) => {
      const document = state.conversion.find("DocumentReference", each);
      return document?.content.map(({ attachment }) => attachment) ?? [];
    });
    if (attachments.length > 0) {
      order.report.presentedForm = [...(order.report.presentedForm ?? []), ...attachments];
    }
  } else if (order.immunization || order.administration) {
    const event = (order.immunization ?? order.administration) as Draft;
    observation.partOf = [referenceTo(event)];
  } else if (order.request) (order.request.supportingInfo ??= []).push(reference);
  else if (order.medicationRequest) {
    (order.medicationRequest.supportingInformation ??= []).push(reference);
  }
}
