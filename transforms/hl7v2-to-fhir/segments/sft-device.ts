import type { Device, MessageHeader } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { text, wholeText } from "../datatypes/primitives.ts";
import { xonText } from "../datatypes/xon-organization.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const device = rowsFor<Device>();
const header = rowsFor<MessageHeader>();

/** Source: HL7 v2-to-FHIR, SFT[Device]. */
export const sftDevice = segmentMap<Device>("SFT[Device]", {
  1: device.one("manufacturer", xonText),
  2: device.each("version", ({ value }) => (value === "" ? undefined : { value })),
  3: device.each("deviceName", ({ value }) =>
    value === "" ? undefined : { name: value, type: "manufacturer-name" },
  ),
  4: device.one("modelNumber", text),
  5: device.each("note", (repetition, conversion, segment) => {
    const note = wholeText(repetition, conversion, segment, 5);
    return note === undefined ? undefined : { text: note };
  }),
  6: device.rule("version.extension", (field, target, conversion) => {
    const valueDateTime = conversion.dateTime(field.value);
    const version = target.version?.[0];
    if (valueDateTime === undefined || !version) return false;
    version.extension = [{ url: "urn:hl7-org:v2xml#SFT.6", valueDateTime }];
    return true;
  }),
});

/** Source: HL7 v2-to-FHIR, SFT[MessageHeader]. */
export const sftMessageHeader = segmentMap<MessageHeader>("SFT[MessageHeader]", {
  2: header.one("source.version", text),
  3: header.one("source.software", text),
});

/** The software that wrote the message. Identity: its maker, name, version and binary id. */
export function sft(segment: Segment, { conversion }: State): void {
  const identity = [1, 2, 3, 4].map((field) => segment.field(field).text);
  const made = conversion.draft<Device>({
    resourceType: "Device",
    id: conversion.id("Device", "SFT", ...identity),
  });
  if (!applyMap(sftDevice, segment, made, conversion)) conversion.drop(made);
}

/** The first SFT names the software of the source. */
export function sftToMessageHeader(
  messageHeader: MessageHeader,
  conversion: State["conversion"],
): void {
  const segment = conversion.message.segment("SFT");
  if (segment) applyMap(sftMessageHeader, segment, messageHeader, conversion);
}
