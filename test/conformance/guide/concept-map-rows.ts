import type { GuideTable } from "./tables.ts";

/** One row of a vocabulary table that names a FHIR code. */
export interface ConceptMapRow {
  readonly map: string;
  /** The v2 table's number, `0001`; "" where the row names none. */
  readonly table: string;
  /** "" where the guide only lists what the FHIR element may hold (user-defined tables). */
  readonly v2Code: string;
  readonly system: string;
  readonly code: string;
  /** What was put right, and why; the cells above are those after it. */
  readonly correction?: string;
}

/** Rows with a target, in the order of the table. Cells are trimmed; the guide's known slips are put right. */
export function conceptMapRows({ name, titles, rows }: GuideTable): ConceptMapRow[] {
  // Two tables lack a column, so the target is found by its title.
  const codeAt = titles.indexOf("Code", 1);
  const systemAt = titles.lastIndexOf("Code System");
  const cell = (row: readonly string[], at: number): string => (row[at] ?? "").trim();
  return rows
    .filter((row) => cell(row, codeAt) !== "")
    .map((row) => {
      const plain: ConceptMapRow = {
        map: name,
        table: /^HL7?-?0*(\d+)$/.exec(cell(row, 2))?.[1]?.padStart(4, "0") ?? "",
        v2Code: cell(row, 0),
        system: cell(row, systemAt),
        code: cell(row, codeAt),
      };
      // The display stands between code and system; it is read for one table only, which has the two swapped.
      return corrected(plain, cell(row, systemAt - 1));
    });
}

type Correction = (row: ConceptMapRow, display: string) => Partial<ConceptMapRow> | undefined;

/** Slips of the guide's tables: what they hold names no code of its code system. */
const corrections: readonly (readonly [map: string, why: string, mend: Correction])[] = [
  [
    "ConfidentialityClassification",
    "code and display are swapped in the table",
    (_, display) => ({ code: display }),
  ],
  [
    "ParticipantOrganizationUnitType",
    "the system column holds prose; the codes are those of organization-type",
    () => ({ system: "http://terminology.hl7.org/CodeSystem/organization-type" }),
  ],
  [
    "PrincipalLanguageOfMessage",
    "the system stands in the first row only",
    ({ system }) => (system === "" ? { system: "urn:ietf:bcp:47" } : undefined),
  ],
  [
    "TestServiceDefaultDurationUnits",
    "UCUM's URI has no slash at its end",
    () => ({ system: "http://unitsofmeasure.org" }),
  ],
  [
    "DocumentConfidentialityStatus",
    "a code of v3-ActReason, not of v3-ActCode",
    ({ code }) =>
      ["TREAT", "HPAYMT", "ETREAT"].includes(code)
        ? { system: "http://terminology.hl7.org/CodeSystem/v3-ActReason" }
        : undefined,
  ],
  [
    "ResultStatus[Non-Queries]",
    "spelling of entered-in-error",
    ({ code }) => (code === "entered-in-errror" ? { code: "entered-in-error" } : undefined),
  ],
  [
    "RepeatPattern",
    "the code stands in quotes",
    ({ code }) => {
      const bare = /^"(.*)"$/.exec(code)?.[1];
      return bare === undefined ? undefined : { code: bare, v2Code: bare };
    },
  ],
  [
    "BodyParts",
    "a broken character at the code's end; the one that is nothing else means JUGE",
    ({ code }) => {
      if (!code.endsWith("Â")) return undefined;
      const bare = code.slice(0, -1) || "JUGE";
      return { code: bare, v2Code: bare };
    },
  ],
];

function corrected(row: ConceptMapRow, display: string): ConceptMapRow {
  for (const [map, correction, mend] of corrections) {
    const change = map === row.map ? mend(row, display) : undefined;
    if (change) return { ...row, ...change, correction };
  }
  return row;
}
