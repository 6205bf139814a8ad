import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { adtA01 } from "./adt-a01.ts";

/**
 * ADT_A03 (discharge): as ADT_A01, with the visit finished at PV1-45, or else when the event happened.
 *
 * The guide has no map for it; Microsoft's template does the same.
 */
export function adtA03(pid: Segment, conversion: Conversion): void {
  const evn = conversion.message.segment("EVN");
  const happenedAt =
    evn?.field(6).value || evn?.field(2).value || conversion.message.header.dateTime;
  adtA01(pid, conversion, { status: "finished", endedAt: conversion.dateTime(happenedAt) });
}
