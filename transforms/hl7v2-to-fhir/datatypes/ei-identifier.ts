import type { Identifier } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { universalIdToSystem } from "./hd-system.ts";

/**
 * Maps an EI, such as OBR-2, to an Identifier of a type of table 0203 (PLAC, FILL). undefined when EI.1 is
 * empty. Source: HL7 v2-to-FHIR, EI[Identifier-Extension].
 */
export function eiToIdentifier(ei: Repetition, type?: string): Identifier | undefined {
  const value = ei.component(1).value;
  if (value === "") return undefined;
  const system =
    universalIdToSystem(ei.component(3).value, ei.component(4).value) ??
    universalIdToSystem(ei.component(2).value, "");
  return {
    ...(type === undefined ? {} : { type: { coding: [{ system: hl7Table("0203"), code: type }] } }),
    ...(system === undefined ? {} : { system }),
    value,
    assigner: { display: system === undefined ? ei.component(2).value : "" },
  };
}

/** What identifies an EI among those of all authorities. */
export function eiIdentity(ei: Repetition): readonly string[] {
  const authority = ei.component(3).value || ei.component(2).value;
  return [authority, ei.component(1).value];
}
