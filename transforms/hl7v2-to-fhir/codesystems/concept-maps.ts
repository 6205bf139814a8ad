import { codeTable } from "./code-table.ts";
import data from "../../../schemas/v2-to-fhir/concept-maps.json" with { type: "json" };

/**
 * The vocabulary of HL7's v2-to-FHIR guide: 87 concept maps of 4,763 rows.
 *
 * Source: hl7.fhir.uv.v2mappings 1.0.0, as compact data in schemas/v2-to-fhir.
 */

/** A concept map as the guide names it, such as `AdministrativeSex` or `AddressType[Use]`. */
export type ConceptMapName = keyof typeof data.maps;

/** System and code of FHIR. Frozen and shared: copy it before adding a display. */
export interface MappedCoding {
  readonly system: string;
  readonly code: string;
}

export const conceptMapNames = Object.keys(data.maps) as readonly ConceptMapName[];

interface MapData {
  /** The number of the HL7 v2 table. */
  readonly table?: string;
  /** v2 code to FHIR code, by system. */
  readonly codes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Codes that are the same in both, by system. */
  readonly same?: Readonly<Record<string, readonly string[]>>;
  /** Codes of the FHIR element for which the guide names no v2 code (user-defined tables), by system. */
  readonly own?: Readonly<Record<string, readonly string[]>>;
}

const maps = new Map<ConceptMapName, ReadonlyMap<string, MappedCoding>>();

/**
 * A concept map by v2 code. Codes are compared as they are: case counts.
 *
 * Where the guide only lists the codes of the FHIR element, such a code stands for itself; a row with a v2 code
 * goes before it.
 */
export function conceptMap(name: ConceptMapName): ReadonlyMap<string, MappedCoding> {
  let map = maps.get(name);
  if (!map) {
    map = mapOf(data.maps[name]);
    maps.set(name, map);
  }
  return map;
}

/** The coding of one v2 code, or undefined when the concept map does not hold it. */
export function mapCode(name: ConceptMapName, code: string): MappedCoding | undefined {
  return conceptMap(name).get(code);
}

/** A concept map as v2 code to FHIR code, for elements of type code; `system` leaves out the codes of others. */
export function codesOf(name: ConceptMapName, system?: string): Readonly<Record<string, string>> {
  const entries = [...conceptMap(name)].filter(
    ([, coding]) => system === undefined || coding.system === system,
  );
  return codeTable(Object.fromEntries(entries.map(([v2Code, { code }]) => [v2Code, code])));
}

/** The HL7 v2 table of a concept map (`0001`); undefined for user-defined ones that the guide does not name. */
export function conceptMapTable(name: ConceptMapName): string | undefined {
  return (data.maps[name] as MapData).table;
}

function mapOf({ codes = {}, same = {}, own = {} }: MapData): ReadonlyMap<string, MappedCoding> {
  const map = new Map<string, MappedCoding>();
  const add = (system: string, code: string, v2Code: string): void => {
    if (!map.has(v2Code)) map.set(v2Code, Object.freeze({ system, code }));
  };
  for (const [system, pairs] of Object.entries(codes)) {
    for (const [v2Code, code] of Object.entries(pairs)) add(system, code, v2Code);
  }
  for (const lists of [same, own]) {
    for (const [system, list] of Object.entries(lists)) {
      for (const code of list) add(system, code, code);
    }
  }
  return map;
}
