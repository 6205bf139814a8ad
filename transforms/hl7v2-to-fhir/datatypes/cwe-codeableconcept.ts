import type { CodeableConcept, Coding } from "fhir/r4";
import { fhirCode } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { codingSystem } from "../codesystems/coding-system.ts";

/**
 * Maps a CWE, CNE, CE, CF or IS to a CodeableConcept: CWE.1 to CWE.3 the first coding, CWE.4 to CWE.6 the second,
 * CWE.9 the text. `defaultSystem` stands for an empty CWE.3 of a field that is bound to a table.
 *
 * undefined when nothing is filled. Source: HL7 v2-to-FHIR, CWE[CodeableConcept].
 */
export function cweToCodeableConcept(
  cwe: Repetition,
  defaultSystem?: string,
): CodeableConcept | undefined {
  if (cwe.isEmpty || cwe.isNull) return undefined;
  const codings = [coding(cwe, 1, defaultSystem), coding(cwe, 4, undefined)].filter(
    (each) => each !== undefined,
  );
  const text = cwe.component(9).value || (codings.length === 0 ? cwe.component(2).value : "");
  if (codings.length === 0 && text === "") return undefined;
  return { coding: codings, text };
}

function coding(
  cwe: Repetition,
  first: number,
  defaultSystem: string | undefined,
): Coding | undefined {
  const code = fhirCode(cwe.component(first).value);
  const display = cwe.component(first + 1).value;
  if (code === "") return undefined;
  const name = cwe.component(first + 2).value;
  const system = name === "" ? defaultSystem : codingSystem(name);
  const version = cwe.component(first === 1 ? 7 : 8).value;
  return {
    ...(system === undefined ? {} : { system }),
    ...(version === "" || system === undefined ? {} : { version }),
    code,
    display,
  };
}
