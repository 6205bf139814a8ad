import type { Account } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Draft } from "../conversion.ts";
import { cxOfType } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each } = rowsFor<Account>();

/** Source: HL7 v2-to-FHIR, PID[Account]: PID-18 is the account, which is active. */
export const pidAccount = segmentMap<Account>("PID[Account]", {
  18: each("identifier", cxOfType("AN")),
});

/** Makes the Account of PID-18. Identity: the number and its authority. undefined without a number. */
export function pidToAccount(pid: Segment, state: State): Draft<Account> | undefined {
  const { conversion, patientReference } = state;
  const cx = pid.field(18).first;
  if (cx.value === "") return undefined;
  const account = conversion.draft<Account>({
    resourceType: "Account",
    id: conversion.id("Account", authorityOf(cx.component(4), conversion), cx.value),
    status: state.event.account ?? "active",
    ...(patientReference ? { subject: [patientReference] } : {}),
  });
  applyMap(pidAccount, pid, account, conversion);
  return account;
}
