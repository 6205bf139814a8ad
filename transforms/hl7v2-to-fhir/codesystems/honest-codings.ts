import data from "../../../schemas/v2-to-fhir/code-systems.json" with { type: "json" };
import { isUcum } from "./ucum.ts";

const UCUM = "http://unitsofmeasure.org";
const lists: Readonly<Record<string, readonly string[]>> = data.codes;
const codesBySystem = new Map<string, ReadonlySet<string> | undefined>();

/**
 * Whether one of HL7's code systems (`http://terminology.hl7.org/CodeSystem/v2-0203`) holds a code; undefined for a
 * system whose codes are not known here.
 *
 * Source: HL7 Terminology, as compact data in schemas/v2-to-fhir.
 */
export function isCodeOf(system: string, code: string): boolean | undefined {
  if (!system.startsWith(data.base)) return undefined;
  if (!codesBySystem.has(system)) {
    const list = lists[system.slice(data.base.length)];
    if (!list) return undefined;
    codesBySystem.set(system, new Set(list));
  }
  return codesBySystem.get(system)?.has(code);
}

/**
 * Takes the system from every coding, and from every quantity, whose code is none of that system: senders write codes
 * of their own into fields with an HL7 table, and units of their own where they promise UCUM. The code stays in a
 * coding; in a quantity it stays as `unit`, because FHIR wants a system beside a quantity's code.
 *
 * Changes the resource in place, and returns it.
 */
export function dropUnknownSystems<T extends object>(node: T): T {
  if (Array.isArray(node)) {
    for (const item of node)
      if (typeof item === "object" && item !== null) dropUnknownSystems(item);
    return node;
  }
  for (const key in node) {
    const value: unknown = node[key];
    if (typeof value === "object" && value !== null) dropUnknownSystems(value);
  }
  const element = node as {
    system?: unknown;
    version?: string;
    code?: unknown;
    unit?: string;
  };
  const { system, code } = element;
  if (typeof system !== "string" || typeof code !== "string") return node;
  if (isCodeOf(system, code) === false) {
    delete element.system;
    delete element.version;
  } else if (system === UCUM && !isUcum(code)) {
    delete element.system;
    if ("value" in element || "unit" in element) {
      element.unit ??= code;
      delete element.code;
    }
  }
  return node;
}
