import type { MessageHeader, Provenance, Reference } from "fhir/r4";
import { fhirCode } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { absent } from "../datatypes/cx-identifier.ts";
import { organizationOfHd } from "../datatypes/hd-organization.ts";
import { namedLocation } from "../datatypes/pl-location.ts";
import { dateTime, instant } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { EventMeaning } from "../state.ts";
import { deviceOfHd } from "./msh-messageheader.ts";
import { agent, agentOf } from "./provenance-agents.ts";

const { one, each, rule } = rowsFor<Provenance>();

/** Source: MSH[Provenance-Transformation]; a code system of the guide itself. */
const TRANSFORMATION = {
  system: "http://hl7.org/fhir/uv/v2mappings/CodeSystem/provenance-activity-type-v2-to-fhir",
  code: "v2-fhir-transformation",
};

/** Source: HL7 v2-to-FHIR, MSH[Provenance-Source]. */
export const mshProvenance = segmentMap<Provenance>("MSH[Provenance-Source]", {
  4: each("agent", agentOf("author", organizationOfHd)),
  7: one("recorded", instant),
  3: rule("entity.what", (field, target, conversion, segment) => {
    // With an address of its own (MSH-24), the application is a source beside the message.
    if (segment.field(24).isEmpty) return true;
    target.entity?.push({ role: "source", what: deviceOfHd(field.first, conversion) });
    return true;
  }),
  9: rule("activity", (field, target) => {
    const trigger = fhirCode(field.component(2).value);
    if (trigger === "") return field.value !== "";
    const display = ["message -", field.first.text].join(" ");
    target.activity = {
      coding: [{ system: hl7Table("0003"), code: trigger }, { display }, TRANSFORMATION],
    };
    return true;
  }),
  10: rule("entity.what.identifier", (field) => field.value !== ""),
  22: each("agent", agentOf("author", organization)),
});

/** Source: HL7 v2-to-FHIR, EVN[Provenance]. The event as such, which MSH tells of as well. EVN-1 repeats MSH-9; EVN-3 says when a planned event is due. */
export const evnProvenance = segmentMap<Provenance>(
  "EVN[Provenance]",
  {
    2: one("recorded", instant),
    4: rule("reason", (field, target, conversion, segment) => {
      if (field.value === "U") {
        (target.reason ??= []).push({ ...absent() });
        return true;
      }
      const reason = cwe("EventReason", "0062")(field.first, conversion, segment, 4);
      if (!reason) return false;
      (target.reason ??= []).push(reason);
      return true;
    }),
    5: each("agent", agentOf("enterer", practitioner)),
    6: one("occurredDateTime", dateTime),
    7: one("location", namedLocation),
  },
  { 1: "the trigger event, which MSH-9 says" },
);

/** Source: HL7 v2-to-FHIR, MSH[Provenance-Operator]: who stands for the operator that EVN-5 does not name. */
export const mshOperator = segmentMap<Provenance>("MSH[Provenance-Operator]", {
  4: rule("agent", (field, target, conversion, segment) => {
    const who = organizationOfHd(field.first, conversion, segment, 4);
    if (who && target.agent.length === 0) target.agent.push(agent("enterer", who));
    return who !== undefined;
  }),
  22: rule("agent", (field, target, conversion, segment) => {
    const who = organization(field.first, conversion, segment, 22);
    if (who) target.agent = [agent("enterer", who)];
    return who !== undefined;
  }),
});

/**
 * Says of everything that was made of a message which message it came from: MSH-4 (or MSH-22) as author, this software
 * as assembler, MSH-9 as activity, MSH-10 as source.
 *
 * `recorded` is required: MSH-7, else EVN-2, else when the message was received. One Provenance stands for two of the
 * guide (source and transformation), because they would have the same targets.
 */
export function mshToProvenance(
  targets: readonly Reference[],
  event: EventMeaning,
  conversion: Conversion,
): void {
  const { header } = conversion.message;
  const source = header.sendingApplication || header.sendingFacility || "unknown";
  const provenance: Draft<Provenance> = conversion.draft<Provenance>({
    resourceType: "Provenance",
    id: conversion.id("Provenance", ...conversion.messageIdentity),
    target: [...targets],
    recorded: "",
    agent: [],
    entity: [
      {
        role: "source",
        what: {
          identifier: { value: header.messageControlId, assigner: { display: source } },
          display: "HL7 v2 message",
        },
      },
    ],
  });
  // Filled by the maps, which only fill what is not there yet.
  delete (provenance as { recorded?: string }).recorded;
  applyMap(mshProvenance, header.segment, provenance, conversion);
  provenance.recorded ??= recordedAt(conversion);
  if (provenance.agent.length === 0) provenance.agent.push(agent("author", { display: source }));
  for (const software of softwareOf(targets, conversion)) {
    provenance.entity?.push({ role: "derivation", what: software });
  }
  provenance.agent.push(agent("assembler", { display: "clinical-connect Hl7v2ToFhir" }));
  if (event.operation) {
    (provenance.activity ??= {}).coding = [
      ...(provenance.activity.coding ?? []),
      {
        system: "http://terminology.hl7.org/CodeSystem/v3-DataOperation",
        code: event.operation,
      },
    ];
  }
}

/**
 * Says of the message header what happened, when, why and who entered it: EVN, where it says more than MSH. Nothing is
 * made of an EVN that holds only the trigger event and the time of the message.
 */
export function evnToProvenance(messageHeader: Draft<MessageHeader>, conversion: Conversion): void {
  const { header } = conversion.message;
  const evn = conversion.message.segment("EVN");
  if (!evn) return;
  if (isRepetition(evn, header)) {
    for (const field of [1, 2]) {
      if (!evn.field(field).isEmpty) conversion.marks.ignored(evn, field, "MSH says the same");
    }
    return;
  }
  const provenance = conversion.draft<Provenance>({
    resourceType: "Provenance",
    id: conversion.id("Provenance", ...conversion.messageIdentity, "EVN"),
    target: [{ reference: `MessageHeader/${messageHeader.id}` }],
    ...({} as { recorded: string }),
    agent: [],
  });
  applyMap(evnProvenance, evn, provenance, conversion);
  if (provenance.agent.length === 0) applyMap(mshOperator, header.segment, provenance, conversion);
  if (provenance.agent.length === 0) {
    const display = header.sendingApplication || "unknown";
    provenance.agent.push(agent("enterer", { display }));
  }
  provenance.activity = {
    coding: [{ display: `event - ${header.messageCode}^${header.triggerEvent}` }],
  };
  provenance.recorded ??= recordedAt(conversion);
}

function isRepetition(
  evn: Segment,
  { dateTime: writtenAt }: Conversion["message"]["header"],
): boolean {
  const recordedIn = evn.field(2).value;
  const hasMore = [4, 5, 6, 7].some((field) => !evn.field(field).isEmpty);
  return !hasMore && (recordedIn === "" || recordedIn === writtenAt);
}

/** The software that wrote the message (SFT): the devices that have a version. Source: message maps, rows of SFT. */
function softwareOf(targets: readonly Reference[], conversion: Conversion): readonly Reference[] {
  if (!conversion.message.segment("SFT")) return [];
  return targets.filter((target) => {
    const device = conversion.find("Device", target);
    return Boolean(device?.version ?? device?.manufacturer ?? device?.modelNumber);
  });
}

/** When the message was written: MSH-7, else EVN-2, else when it was received. */
export function recordedAt(conversion: Conversion): string {
  const { message, options } = conversion;
  return (
    conversion.instant(message.header.dateTime) ??
    conversion.instant(message.segment("EVN")?.field(2).value ?? "") ??
    options.receivedAt
  );
}
