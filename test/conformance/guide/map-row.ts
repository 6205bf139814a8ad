import { rightLiteral } from "./target.ts";
import type { GuideTable } from "./tables.ts";

/** One row of a message, segment or data type table that names a FHIR element. */
export interface MapRow {
  /** `PID[Patient]`, `CX[Identifier]`, `ORU_R01`. */
  readonly map: string;
  /** The line in the table's file; with the map it names the row. */
  readonly line: number;
  /** `PID-3`, `CX.4`, or the path of groups and the segment. */
  readonly source: string;
  readonly v2Type: string;
  /** The condition in the guide's own words; "" for none. */
  readonly condition: string;
  /** What the guide says of the row in prose only. */
  readonly narrative: string;
  /** The FHIR element, without the index numbers that only tell instances apart. */
  readonly target: string;
  /** The element as it stands in the table; `extension[2].url` and `extension[2].valueString` belong together. */
  readonly rawTarget: string;
  readonly fhirType: string;
  readonly dataTypeMap: string;
  readonly vocabularyMap: string;
  /** A literal to assign, without its quotes; undefined for none and for prose. */
  readonly fixed: string | undefined;
  /** The row says in prose, or as a sum, what to assign: the element must be there, with what is open. */
  readonly isComputed: boolean;
  /** Message rows: the segment map to apply, and the references to set. */
  readonly segmentMap: string;
  readonly references: string;
}

/** Rows with a FHIR element. In message tables a row's element is the resource that it makes. */
export function mapRows({ name, rows }: GuideTable): MapRow[] {
  return rows.flatMap((cells, index): MapRow[] => {
    const cell = (at: number): string => (cells[at] ?? "").trim();
    const rawTarget = mended(name, cell(9));
    // "local implementation": the guide leaves the element to the user's country.
    if (rawTarget === "" || rawTarget === "local implementation") return [];
    return [
      {
        map: name,
        line: index + 3,
        // TXA[Provenance] names the segment alone; its fields stand in the column that orders the rows.
        source:
          /^[A-Z]{2}[A-Z0-9]$/.test(cell(1)) && cell(2) !== "" && /^[1-9]\d*$/.test(cell(0))
            ? `${cell(1)}-${cell(0)}`
            : (sources[`${name}|${cell(1)}`] ?? cell(1)),
        v2Type: cell(3).split(" ")[0] ?? "",
        condition: cell(6),
        narrative: cell(8),
        target: rawTarget.replaceAll(/\[\d+(?:\.\.n)?\]|\[n\]/g, ""),
        rawTarget,
        fhirType: cell(11),
        dataTypeMap: cell(14),
        vocabularyMap: cell(15).replaceAll(/[/ ]/g, ""),
        fixed: literals[`${name}|${rawTarget}`] ?? literalOf(cell(16), cell(14)),
        isComputed: cell(16) !== "" && !/^"[^"]*"$/.test(cell(16)),
        segmentMap: cell(10),
        references: cell(11),
      },
    ];
  });
}

/** Fields that a table calls by the name of another segment. */
const sources: Readonly<Record<string, string>> = {
  "RXO[MedicationRequest]|RXE-19": "RXO-23",
};

/** Elements that a table names as if they stood elsewhere. */
function mended(map: string, target: string): string {
  if (map.startsWith("TQ1[") || map === "TQ[ServiceRequest]") {
    const timing =
      map === "TQ1[MedicationRequest]" ? "dosageInstruction.timing" : "occurrenceTiming";
    return target
      .replace(/^occur[a-z]*T[iI]ming/, timing)
      .replace(/([tT]iming)\.(bounds|duration)/, "$1.repeat.$2")
      .replace(/^text$/, "dosageInstruction.text");
  }
  return target;
}

/** Literals that stand in another column, or that the element's name leaves no choice of. */
const literals: Readonly<Record<string, string>> = {
  "PV1[Encounter]|location[4].status": "reserved",
  "OBX[Observation]|category[1].coding.system": "http://terminology.hl7.org/CodeSystem/v2-0936",
  "OBX[Observation-Component]|category[1].coding.system":
    "http://terminology.hl7.org/CodeSystem/v2-0936",
  "SPM[Specimen]|identifier[3].type.coding.code": "SHIP",
};

/** A literal in the row of a person or a place is that of another row. */
function literalOf(text: string, dataTypeMap: string): string | undefined {
  return /^(?:XCN|PL)\[/.test(dataTypeMap) ? undefined : literal(text);
}

function literal(text: string): string | undefined {
  const quoted = /^"([^"]*)"$/.exec(text)?.[1];
  return quoted === undefined ? undefined : rightLiteral(quoted);
}

export const rowName = ({ map, line }: MapRow): string => `${map}:${line}`;
