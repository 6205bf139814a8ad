import type { FhirResource, Reference } from "fhir/r4";
import { groupMessage } from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import { Conversion, referenceTo } from "./conversion.ts";
import type { ConversionOptions, Draft, Made } from "./conversion.ts";
import type { Lost } from "./field-marks.ts";
import { handlers } from "./handlers.ts";
import { completeResources } from "./incomplete.ts";
import { eventMap } from "./messages/all.ts";
import type { EventMap } from "./messages/all.ts";
import { mshToMessageHeader } from "./segments/msh-messageheader.ts";
import { evnToProvenance, mshToProvenance } from "./segments/msh-provenance.ts";
import { finishOrder } from "./segments/orc-order.ts";
import { sftToMessageHeader } from "./segments/sft-device.ts";
import { State } from "./state.ts";
import { addUsCore } from "./us-core.ts";
import { walk } from "./walk.ts";

export type ConversionProblem = "HL7_TRIGGER_UNSUPPORTED" | "HL7_PID_MISSING";

/** What became of a message: the resources, or why there are none. */
export type ConversionResult =
  | {
      readonly made: readonly Made[];
      readonly conversion: Conversion;
      /** Structure of the message, such as `ADT_A01`. */
      readonly structure: string;
    }
  | { readonly problem: ConversionProblem; readonly text: string };

/**
 * Structures that may be about no patient: beds, master files, supplies, blocked times, and results and orders of
 * specimens from elsewhere.
 */
const WITHOUT_PATIENT: ReadonlySet<string> = new Set(
  `ACK ADT_A20 MFN_M01 MFN_M02 MFN_M05 OMG_O19 OMI_O23 OML_O21 OML_O33 OML_O35 OML_O39 OMN_O07 OMS_O05 ORM_O01 ORU_R01
  OUL_R21 OUL_R22 OUL_R23 OUL_R24 SIU_S12`.split(/\s+/),
);

/**
 * Converts a message to FHIR R4 resources, referenced ones before those that refer to them. The same
 * message gives the same resources, byte for byte, whenever and wherever it is converted.
 *
 * Pure: runs in a browser as well. `conversion` holds what the conversion report is made of.
 */
export function convertMessage(message: Message, options: ConversionOptions): ConversionResult {
  const { messageCode, triggerEvent } = message.header;
  const event = eventMap(messageCode, triggerEvent);
  if (!event) {
    return {
      problem: "HL7_TRIGGER_UNSUPPORTED",
      text: "The trigger event in MSH-9 is not converted to FHIR; the message stays in its raw topic",
    };
  }
  if (!message.segment("PID") && !WITHOUT_PATIENT.has(event.map.structure)) {
    return {
      problem: "HL7_PID_MISSING",
      text: "The message has no PID segment, so there is no patient to make resources for",
    };
  }
  let conversion = new Conversion(message, options);
  let lost = convert(message, event, conversion);
  if (lost.length > 0) {
    // Only the trace knows which fields are concerned. It is rare that any are.
    if (!options.trace) {
      conversion = new Conversion(message, { ...options, trace: true });
      lost = convert(message, event, conversion);
    }
    conversion.marks.lose(lost);
  }
  return { made: conversion.made(), conversion, structure: event.map.structure };
}

function convert(
  message: Message,
  { map, meaning }: EventMap,
  conversion: Conversion,
): readonly Lost[] {
  const state = new State(conversion, meaning);
  walk(
    groupMessage(message).root,
    state,
    map.handlers ? { ...handlers, ...map.handlers } : handlers,
  );
  finishOrder(state.slots, state);
  map.finish?.(state);
  const drafts = [...conversion.drafts].map(({ resource }) => resource as Draft);
  const header = mshToMessageHeader(drafts.filter(isFocus), conversion);
  sftToMessageHeader(header, conversion);
  const targets = [...conversion.drafts].map(({ resource }): Reference =>
    referenceTo(resource as Draft),
  );
  evnToProvenance(header, conversion);
  mshToProvenance(targets, meaning, conversion);
  const lost = completeResources(state);
  if (conversion.options.profile === "us-core") {
    for (const { resource } of conversion.drafts) addUsCore(resource);
  }
  return lost;
}

/** What a message is about: the patient, the visit, results, orders, appointments, documents. */
const FOCUS: ReadonlySet<string> = new Set([
  "Appointment",
  "ChargeItem",
  "DiagnosticReport",
  "DocumentReference",
  "Encounter",
  "Immunization",
  "MedicationAdministration",
  "MedicationDispense",
  "MedicationRequest",
  "Patient",
]);

function isFocus({ resourceType }: FhirResource): boolean {
  return FOCUS.has(resourceType);
}
