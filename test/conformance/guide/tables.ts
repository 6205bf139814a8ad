import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

/**
 * The tables of the HL7 v2-to-FHIR guide, as its repository publishes them (one CSV file per map). They are data to
 * check against and stand outside of this repository, in the folder that CLINICAL_DATA names.
 */

export type TableKind = "messages" | "segments" | "datatypes" | "codesystems";

export interface GuideTable {
  /** The map's name as the guide writes it, such as `PID[Patient]` or `AddressType[Use]`. */
  readonly name: string;
  /** The second line: column titles, often damaged in all but the vocabulary tables. */
  readonly titles: readonly string[];
  /** All lines below the titles, blank ones too; cells by position, white space kept. */
  readonly rows: readonly (readonly string[])[];
}

/** Where the tables are, or undefined when CLINICAL_DATA is not set or does not hold them. */
export function guideFolder(): string | undefined {
  const folder = join(process.env["CLINICAL_DATA"] ?? "", "v2-to-fhir");
  return process.env["CLINICAL_DATA"] && existsSync(folder) ? folder : undefined;
}

/** Every table of a kind, by file name. */
export function readTables(folder: string, kind: TableKind): GuideTable[] {
  return readdirSync(join(folder, kind))
    .filter((file) => file.endsWith(".csv"))
    .toSorted()
    .map((file) => {
      const [, titles = [], ...rows] = parse(readFileSync(join(folder, kind, file)), {
        relax_column_count: true,
      }) as string[][];
      return { name: nameOf(file), titles, rows };
    });
}

/** `HL7 Segment - FHIR R4_ PID[Patient] - PID.csv` is the map PID[Patient]. */
function nameOf(file: string): string {
  return file.replace(/^HL7 [^_]*_ /, "").replace(/ - [^-]*\.csv$/, "");
}
