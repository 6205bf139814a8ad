import type { CodeableConcept, Coding, Element, Identifier } from "fhir/r4";
import { fhirCode } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { codingSystem, hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { ConceptMapName } from "../codesystems/concept-maps.ts";
import type { ValueOf } from "../segment-map.ts";
import { componentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";

/**
 * Maps a CWE, CNE, CE, CF, IS or ID to a CodeableConcept.
 *
 *   CWE.1 to CWE.3, CWE.4 to CWE.6, CWE.10 to CWE.12 → codings, with CWE.7, CWE.8 and CWE.13 as versions
 *   a name of a coding system that stands for no known URI → extension of its coding
 *   CWE.9, else the text of a code that is not kept → text
 *
 * Where a concept map of the guide knows CWE.1, and CWE.3 names no other system, its coding stands for the sender's.
 * `table` is the HL7 table of the field: it stands for an empty CWE.3. undefined when nothing is filled.
 * Source: HL7 v2-to-FHIR, CWE[CodeableConcept], CNE, CE, CF, IS, ID.
 */
export function concept(
  cwe: Parts,
  map?: ConceptMapName,
  table?: string,
): CodeableConcept | undefined {
  const coding: Coding[] = [];
  const mapped = map && mappedCoding(cwe, map);
  // The mapped coding says the same as the code of the field's own table; a code of another system stays beside it.
  if (mapped) coding.push(mapped);
  else addCoding(coding, cwe, 1, 7, table);
  addCoding(coding, cwe, 4, 8);
  addCoding(coding, cwe, 10, 13);
  const display = fhirCode(cwe(2));
  const hasDisplay = coding.some((each) => each.display === display);
  const text = cwe(9) || (hasDisplay ? "" : cwe(2));
  if (coding.length === 0) return text === "" ? undefined : { text };
  return text === "" ? { coding } : { coding, text };
}

/** A field, or one repetition of it, as a CodeableConcept. */
export const cwe =
  (map?: ConceptMapName, table?: string): ValueOf<CodeableConcept> =>
  (repetition) =>
    repetition.isNull ? undefined : concept(componentsOf(repetition), map, table);

/** A plain CWE without any map. */
export function cweToCodeableConcept(repetition: Repetition): CodeableConcept | undefined {
  return repetition.isEmpty || repetition.isNull ? undefined : concept(componentsOf(repetition));
}

/** The first coding alone. Source: CWE[Coding], ID[Coding]. */
export const cweCoding =
  (map?: ConceptMapName, table?: string): ValueOf<Coding> =>
  (repetition) =>
    concept(componentsOf(repetition), map, table)?.coding?.[0];

/** CWE.9, else CWE.2, else CWE.1. Source: CWE[string]. */
export const cweText: ValueOf<string> = (repetition) =>
  repetition.component(9).value || repetition.component(2).value || repetition.value || undefined;

/** A text alone. Source: ST[CodeableConcept]. */
export const textConcept: ValueOf<CodeableConcept> = (repetition) =>
  repetition.value === "" ? undefined : { text: repetition.value };

/** CWE.1 with CWE.3 as an identifier. Source: CWE[Identifier]. */
export const cweIdentifier =
  (type?: string): ValueOf<Identifier> =>
  (repetition) => {
    const value = repetition.value;
    if (value === "") return undefined;
    const system = codingSystem(repetition.component(3).value);
    return {
      ...(type === undefined
        ? {}
        : { type: { coding: [{ system: hl7Table("0203"), code: type }] } }),
      ...(system === undefined ? {} : { system }),
      value,
    };
  };

/** All three codes of a CWE as identifiers. */
export function cweIdentifiers(cwe: Repetition): Identifier[] {
  return [1, 4, 10].flatMap((position): Identifier[] => {
    const value = cwe.component(position).value;
    if (value === "") return [];
    const system = codingSystem(cwe.component(position + 2).value);
    return [{ ...(system === undefined ? {} : { system }), value }];
  });
}

/** A code of a fixed system. */
export function codeOf(system: string, code: string): CodeableConcept {
  return { coding: [{ system, code }] };
}

/** The extension of a code element that keeps the code which was sent. */
export function alternateCode(coding: Coding): Element {
  return {
    extension: [
      {
        url: "http://hl7.org/fhir/StructureDefinition/alternate-codes",
        valueCodeableConcept: { coding: [coding] },
      },
    ],
  };
}

function mappedCoding(cwe: Parts, map: ConceptMapName): Coding | undefined {
  const at = cwe(1) === "" ? 4 : 1;
  // A code of a local system only looks like one of the table.
  const system = cwe(at + 2).toUpperCase();
  if (system !== "" && !/^(HL7|V2)/.test(system)) return undefined;
  const mapped = mapCode(map, cwe(at));
  return mapped && { system: mapped.system, code: mapped.code };
}

function addCoding(
  list: Coding[],
  cwe: Parts,
  first: number,
  versionAt: number,
  table?: string,
): void {
  const code = fhirCode(cwe(first));
  if (code === "") return;
  const name = cwe(first + 2);
  const system =
    name === "" ? (table === undefined ? undefined : hl7Table(table)) : codingSystem(name);
  const isLocal = system === undefined && name !== "";
  if (!isLocal && list.some((other) => other.system === system && other.code === code)) return;
  const display = fhirCode(cwe(first + 1));
  const version = cwe(versionAt);
  list.push({
    // The name of a local system says whose code it is, although no URI is known.
    ...(isLocal ? { extension: [{ url: LOCAL_SYSTEM, valueString: name }] } : {}),
    ...(system === undefined ? {} : { system }),
    ...(version === "" ? {} : { version }),
    code,
    // The displays of HL7's own code systems are fixed; a sender's wording goes into the text.
    ...(display === "" || system?.startsWith(HL7) ? {} : { display }),
  });
}

const HL7 = "http://terminology.hl7.org/";
const LOCAL_SYSTEM = "urn:hl7-org:v2xml#CWE.3";
