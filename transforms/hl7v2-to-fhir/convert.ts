import type { Reference } from "fhir/r4";
import type { Message, Segment } from "#lib/hl7v2";
import { Conversion } from "./conversion.ts";
import type { ConversionOptions, Made } from "./conversion.ts";
import { adtA01 } from "./messages/adt-a01.ts";
import { adtA03 } from "./messages/adt-a03.ts";
import { adtA40 } from "./messages/adt-a40.ts";
import { ormO01 } from "./messages/orm-o01.ts";
import { oruR01 } from "./messages/oru-r01.ts";
import { mshToProvenance } from "./segments/msh-provenance.ts";

type MessageMap = (pid: Segment, conversion: Conversion) => void;

/** One map per trigger event. A02, A11, A13, A28 and A31 differ from A01 only in what is said of the visit. */
const maps: Readonly<Record<string, MessageMap>> = {
  "ADT^A01": adtA01,
  // ADT_A02 (transfer): PV1-3 is where the patient is now, PV1-6 where the patient was.
  "ADT^A02": adtA01,
  "ADT^A03": adtA03,
  "ADT^A04": adtA01,
  "ADT^A08": adtA01,
  // ADT_A11 (cancel admit): the visit never took place. Source: message map ADT_A11.
  "ADT^A11": (pid, conversion) => adtA01(pid, conversion, { status: "cancelled" }),
  // ADT_A13 (cancel discharge): the visit goes on, whatever PV1-45 still holds.
  "ADT^A13": (pid, conversion) => adtA01(pid, conversion, { status: "in-progress" }),
  // ADT_A05 (A28, A31: person information): a visit only when PV1 has one.
  "ADT^A28": adtA01,
  "ADT^A31": adtA01,
  "ADT^A40": adtA40,
  "ORU^R01": oruR01,
  "ORM^O01": ormO01,
};

export type ConversionProblem = "HL7_TRIGGER_UNSUPPORTED" | "HL7_PID_MISSING";

/** What became of a message: the resources, or why there are none. */
export type ConversionResult =
  | { readonly made: readonly Made[] }
  | { readonly problem: ConversionProblem; readonly text: string };

/**
 * Converts a message to FHIR R4 resources, referenced ones before those that refer to them. The same
 * message gives the same resources, byte for byte, whenever and wherever it is converted.
 *
 * Pure: runs in a browser as well.
 */
export function convertMessage(message: Message, options: ConversionOptions): ConversionResult {
  const { messageCode, triggerEvent } = message.header;
  const map = maps[`${messageCode}^${triggerEvent}`];
  if (!map) {
    return {
      problem: "HL7_TRIGGER_UNSUPPORTED",
      text: "The trigger event in MSH-9 is not converted to FHIR; the message stays in its raw topic",
    };
  }
  const pid = message.segment("PID");
  if (!pid) {
    return {
      problem: "HL7_PID_MISSING",
      text: "The message has no PID segment, so there is no patient to make resources for",
    };
  }
  const conversion = new Conversion(message, options);
  map(pid, conversion);
  const targets = conversion.made().map(({ resource }): Reference => ({
    reference: `${resource.resourceType}/${resource.id}`,
  }));
  mshToProvenance(targets, conversion);
  return { made: conversion.made() };
}
