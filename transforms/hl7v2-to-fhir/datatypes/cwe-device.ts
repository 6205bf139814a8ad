import type { Device, DeviceDeviceName, Identifier, Reference } from "fhir/r4";
import { codingSystem } from "../codesystems/coding-system.ts";
import type { ValueOf } from "../segment-map.ts";

/** The three codings of a CWE: where their code, text and system stand. */
const CODINGS = [
  [1, 2, 3],
  [4, 5, 6],
  [10, 11, 12],
] as const;

/**
 * Makes a Device of a CWE: each code an identifier with the URI of its system, each text and CWE.9 a name.
 *
 * Identity: the first code with its system, else the first name. undefined when nothing is filled. The guide leaves open
 * whether the code names a kind of device; here it is one device. Source: HL7 v2-to-FHIR, CWE[Device].
 */
export const deviceOfCwe: ValueOf<Reference> = (cwe, conversion) => {
  const text = (position: number): string => cwe.component(position).value.trim();
  const identifier = CODINGS.flatMap(([code, , name]): Identifier[] => {
    const value = text(code);
    if (value === "") return [];
    const system = codingSystem(text(name));
    return [{ ...(system === undefined ? {} : { system }), value }];
  });
  const names = [...CODINGS.map(([, name]) => text(name)), text(9)].filter((name) => name !== "");
  const [first] = names;
  if (identifier.length === 0 && first === undefined) return undefined;
  const deviceName = [...new Set(names)].map((name): DeviceDeviceName => ({ name, type: "other" }));
  return conversion.add<Device>({
    resourceType: "Device",
    id: conversion.id("Device", "CWE", text(3), text(1) || (first ?? text(4) ?? "")),
    ...(identifier.length > 0 ? { identifier } : {}),
    ...(deviceName.length > 0 ? { deviceName } : {}),
  });
};
