import {
  conceptMap,
  conceptMapNames,
} from "../../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";
import type { ConceptMapName } from "../../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";

/** A field's content: text, or components (and below them sub-components) from 1 on. */
export type Content = string | readonly (Content | undefined)[];

/**
 * The components of the data types that the guide maps, by position: their own data types. Facts of HL7 v2.
 * What is not listed is text. One with a question mark stands for something else than the components beside it, so a
 * whole sample has none of it.
 */
const components: Readonly<Record<string, readonly string[]>> = {
  CE: ["CODE", "ST", "CS1", "CODE", "ST", "CS2"],
  CF: ["CODE", "ST", "CS1", "CODE", "ST", "CS2", "ST", "ST", "ST", "CODE", "ST", "CS3", "ST"],
  CWE: ["CODE", "ST", "CS1", "CODE", "ST", "CS2", "ST", "ST", "ST", "CODE", "ST", "CS3", "ST"],
  CNE: ["CODE", "ST", "CS1", "CODE", "ST", "CS2", "ST", "ST", "ST", "CODE", "ST", "CS3", "ST"],
  CNN: ["ST", "ST", "ST", "ST", "ST", "ST", "DEGREE", "ST", "ST", "ST", "ID"],
  CQ: ["NM", "UNIT"],
  CP: ["MO"],
  CX: ["ST", "NM", "ST", "HD", "IDTYPE", "HD", "DT", "DT", "CWE", "CWE"],
  DLD: ["CWE", "DTM"],
  DLN: ["ST", "CWE", "DT"],
  DR: ["DTM", "DTM"],
  ED: ["HD", "EDTYPE", "EDSUB", "EDENC", "EDDATA"],
  EI: ["ST", "NS", "OID", "ISO"],
  EIP: ["EI", "EI"],
  FN: ["ST", "ST", "ST", "ST", "ST"],
  HD: ["NS", "OID", "ISO"],
  JCC: ["CWE", "CWE"],
  MO: ["NM", "CUR"],
  MSG: ["ID", "ID", "ID"],
  NA: ["NM", "NM", "NM", "NM"],
  NDL: ["CNN", "DTM", "DTM", "ST", "ST", "ST", "HD", "ST", "ST", "ST", "ST"],
  NR: ["NM", "NM"],
  OG: ["ST", "NM", "NM", "ST"],
  PL: ["HD", "HD", "HD", "HD", "ST", "ST", "HD", "HD", "ST", "EI", "HD"],
  PLN: ["ST", "CWE", "ST", "DT"],
  PT: ["PROC", "MODE"],
  RI: ["RPTCODE", "TIME"],
  RP: ["ST", "HD", "RPMAIN", "RPSUB"],
  RPT: ["CWE", "ID", "DAY1", "DAY2", "NM", "TIMEUNIT", "ID", "EVENT", "NM", "TIMEUNIT", "ST"],
  SAD: ["ST", "ST", "ST"],
  SN: ["?CMP", "NM", "?SEP", "?NM"],
  SPS: ["CWE", "CWE", "TX", "CWE", "CWE", "CWE", "CWE"],
  TQ: ["CQ", "RI", "DUR", "DTM", "DTM", "PRIO", "ST", "TX", "ID", "ST", "CWE", "NM"],
  TS: ["DTM"],
  XAD: [
    "SAD",
    "ST",
    "ST",
    "ST",
    "ST",
    "COUNTRY",
    "ADTYPE",
    "ST",
    "CWE",
    "CWE",
    "ST",
    "?DR",
    "?DTM",
    "?DTM",
  ],
  XCN: [
    "ST",
    "FN",
    "ST",
    "ST",
    "ST",
    "ST",
    "DEGREE",
    "CWE",
    "HD",
    "NAMETYPE",
    "NM",
    "ST",
    "IDTYPE",
    "HD",
    "",
    "",
    "?DR",
    "ORDER",
    "DTM",
    "DTM",
    "ST",
    "CWE",
    "CWE",
  ],
  XON: ["ST", "CWE", "NM", "NM", "ST", "HD", "IDTYPE", "HD", "", "ST"],
  XPN: [
    "FN",
    "ST",
    "ST",
    "ST",
    "ST",
    "DEGREE",
    "NAMETYPE",
    "",
    "",
    "?DR",
    "ORDER",
    "DTM",
    "DTM",
    "ST",
    "ST",
  ],
  XTN: [
    "",
    "TELUSE",
    "EQUIP",
    "EMAIL",
    "COUNTRYNO",
    "AREANO",
    "LOCALNO",
    "EXTNO",
    "",
    "",
    "",
    "",
    "DTM",
    "DTM",
    "",
    "",
    "",
    "NM",
  ],
};

/** Values of the leaves that cannot be any text; `#` stands for a number of the place of one digit, `###` for one of
 * several, and `##` for a day: what stands behind is later. */
const leaves: Readonly<Record<string, string>> = {
  ID: "Y",
  SI: "1",
  NM: "4#",
  DT: "202403##",
  DTM: "202403##101500+0100",
  DATETIME: "202403##101500+0100",
  TS: "202403##101500+0100",
  TM: "101500",
  OID: "2.16.840.1.113883.19.4.###",
  ISO: "ISO",
  CS1: "LN",
  CS2: "SCT",
  CS3: "I10",
  IDTYPE: "MR",
  DEGREE: "MD",
  NAMETYPE: "L",
  ORDER: "F",
  UNIT: "mg",
  CMP: ">",
  SEP: "-",
  CUR: "USD",
  PROC: "P",
  MODE: "T",
  COUNTRY: "NLD",
  ADTYPE: "H",
  TELUSE: "PRN",
  EQUIP: "PH",
  EMAIL: "someone#@example.org",
  COUNTRYNO: "31",
  AREANO: "20",
  LOCALNO: "55512#",
  EXTNO: "77",
  PRIO: "S",
  DUR: "D3",
  DAY1: "2",
  DAY2: "4",
  TIMEUNIT: "h",
  EVENT: "AC",
  RPTCODE: "BID",
  TIME: "0900",
  EDTYPE: "TEXT",
  EDSUB: "PLAIN",
  EDENC: "Base64",
  EDDATA: "SGVsbG8=",
  RPMAIN: "text",
  RPSUB: "plain",
};

/** The content of a data type with every component valued, each with a value of its own. */
export function sampleOf(type: string, place: string, depth = 0): Content {
  const parts = components[type];
  if (!parts) return leaf(type, place);
  // A component of a component has only sub-components, which are text.
  if (depth >= 2) return sampleOf(parts[0] ?? "ST", place, depth);
  return parts.map((part, index) =>
    part === "" || part.startsWith("?")
      ? undefined
      : sampleOf(part, `${place}c${index + 1}`, depth + 1),
  );
}

function leaf(type: string, place: string): string {
  const fixed = leaves[type];
  const number = (most: number): string =>
    String([...place].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) % most, 7) + 1);
  const day = String((Number(/\d+$/.exec(place)?.[0] ?? 0) % 28) + 1).padStart(2, "0");
  if (fixed !== undefined) {
    return fixed.replace("###", number(9973)).replace("##", day).replace("#", number(9));
  }
  return `V${place}`;
}

/** The type of what a path (component, sub-component) leads to. */
export function typeAt(type: string, path: readonly number[]): string {
  return path.reduce((held, at) => {
    const parts = components[held];
    // The first part of a simple type is the whole of it.
    return parts ? (parts[at - 1] ?? "ST").replace("?", "") : at === 1 ? held : "ST";
  }, type);
}

/** A code of a concept map and what it becomes: the one that is asked for, else the first that has a v2 code. */
export function vocabularySample(
  name: string,
  wanted?: string,
): { readonly v2Code: string; readonly system: string; readonly code: string } | undefined {
  const known = conceptMapNames.find((each) => each === name) as ConceptMapName | undefined;
  if (known === undefined) return undefined;
  const table = conceptMap(known);
  const asked = wanted === undefined ? undefined : table.get(wanted);
  if (wanted !== undefined && asked) return { v2Code: wanted, ...asked };
  const [first] = table;
  return first && { v2Code: first[0], ...first[1] };
}

export function hasComponents(type: string): boolean {
  return components[type] !== undefined;
}
