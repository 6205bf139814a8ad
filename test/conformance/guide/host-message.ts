import { DraftSegment } from "./draft.ts";
import type { GuideTable } from "./tables.ts";

/** A message around one segment that is tested. */
export interface HostMessage {
  readonly segments: readonly DraftSegment[];
  /** The segment that is tested. */
  readonly tested: DraftSegment;
}

export function messageText({ segments }: HostMessage): string {
  return `${segments.map((segment) => segment.text()).join("\r")}\r`;
}

/** Just enough of each segment that a receiver knows what it speaks of. */
const defaults: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  EVN: { 2: "20240301" },
  PID: { 3: "PAT1^^^HOSP^MR", 5: "Doe^Jane" },
  PV1: { 2: "I", 19: "VISIT1^^^HOSP" },
  OBX: { 1: "1", 2: "ST", 3: "718-7^Hemoglobin^LN", 5: "text", 11: "F" },
  ORC: { 1: "NW", 2: "PLAC1^HOSP", 3: "FILL1^LAB" },
  OBR: { 1: "1", 2: "PLAC1^HOSP", 3: "FILL1^LAB", 4: "24331-1^Lipids^LN", 25: "F" },
  AL1: { 1: "1", 3: "ALG^Allergen^L" },
  IAM: { 1: "1", 3: "ALG^Allergen^L", 6: "A" },
  DG1: { 1: "1", 3: "I10^Hypertension^I10", 6: "F" },
  PR1: { 1: "1", 3: "PROC^Procedure^L", 5: "20240301" },
  NK1: { 1: "1", 2: "Doe^John", 3: "SPO^Spouse^HL70063" },
  IN1: { 1: "1", 2: "PLAN^Plan^L", 3: "COMP1^^^HOSP", 4: "Insurer" },
  IN3: { 1: "1" },
  MRG: { 1: "OLD1^^^HOSP^MR" },
  NTE: { 1: "1", 3: "A comment" },
  RXA: { 1: "0", 2: "1", 3: "20240301", 4: "20240301", 5: "140^Influenza^CVX", 6: "1", 20: "CP" },
  RXO: { 1: "MED^Medicine^L" },
  RXR: { 1: "PO^Oral^HL70162" },
  ROL: { 2: "AD", 3: "FHCP^^HL70443", 4: "PRA1^Who^Carl" },
  PRT: { 2: "AD", 4: "OP^^HL70443", 5: "PRA1^Who^Carl" },
  SCH: { 1: "SCHP1^HOSP", 2: "SCHF1^HOSP", 25: "Booked" },
  AIS: { 1: "1", 3: "SVC^Service^L" },
  AIG: { 1: "1", 3: "RES^Resource^L" },
  AIL: { 1: "1", 3: "WARD^101^A" },
  AIP: { 1: "1", 3: "PRA1^Who^Carl" },
  SPM: { 1: "1", 2: "PSP1&HOSP^FSP1&LAB", 4: "BLD^Blood^HL70487" },
  TQ1: { 1: "1" },
  TXA: { 1: "1", 2: "DS", 12: "DOC1^HOSP", 17: "AU" },
  SFT: { 1: "Vendor", 2: "1.0", 3: "Product", 4: "BIN1" },
  MSA: { 1: "AA", 2: "CTRL0" },
};

const mshDefaults = (structure: string): Readonly<Record<number, string>> => {
  const [code, event] = structure.split("_");
  return {
    3: "SENDER",
    4: "HOSP",
    5: "RECEIVER",
    6: "OTHER",
    7: "20240301101500+0100",
    9: `${code}^${event}^${structure}`,
    10: "CTRL1",
    11: "P",
    12: "2.5.1",
  };
};

export function draft(name: string, structure: string): DraftSegment {
  return new DraftSegment(name, name === "MSH" ? mshDefaults(structure) : defaults[name]);
}

interface Place {
  readonly path: readonly string[];
  readonly segment: string;
  readonly required: boolean;
  /** Lines of the table that speak of this place. */
  readonly lines: readonly number[];
}

/** The places of segments in a message, with the groups that hold them, as its table lists them. */
export class MessagePlaces {
  readonly structure: string;
  readonly #places: readonly Place[];
  readonly #requiredGroups: ReadonlySet<string>;

  constructor({ name, rows }: GuideTable) {
    this.structure = name;
    const groups = new Set<string>();
    const places: { -readonly [K in keyof Place]: Place[K] }[] = [];
    let choice: string | undefined;
    for (const [index, cells] of rows.entries()) {
      const full = (cells[1] ?? "").trim();
      if (full === "" || full.startsWith("/")) continue;
      const path = full.split(".").slice(1);
      const isFirstOfChoice = choice !== undefined && path.slice(0, -1).join(".") === choice;
      const required = cells[4]?.trim() === "1" || isFirstOfChoice;
      const isGroup = /---/.test(cells[3] ?? "") || (path.at(-1) ?? "").length > 3;
      choice = isGroup && cells[2]?.trim() === "<" ? path.join(".") : undefined;
      if (isGroup || /^[[{ ]+$/.test(cells[2] ?? "")) {
        if (required) groups.add(path.join("."));
        continue;
      }
      const last = places.at(-1);
      const line = index + 3;
      if (last?.path.join(".") === path.join(".")) last.lines = [...last.lines, line];
      else places.push({ path, segment: path.at(-1) ?? "", required, lines: [line] });
    }
    this.#places = places;
    this.#requiredGroups = groups;
  }

  /** The segment of a line. */
  segmentOf(line: number): string {
    return this.#places.find(({ lines }) => lines.includes(line))?.segment ?? "";
  }

  /** The smallest message that holds the segment of a line, with `extra` segments wherever they may stand. */
  host(line: number, extra: readonly string[] = []): HostMessage {
    const target = this.#places.find(({ lines }) => lines.includes(line));
    if (!target) throw new Error(`${this.structure}:${line} names no segment`);
    const kept = this.#places.filter(
      (place) =>
        place === target ||
        extra.includes(place.segment) ||
        (place.required && this.#isOpen(place, target)),
    );
    const segments = kept.map(({ segment }) => draft(segment, this.structure));
    const tested = segments[kept.indexOf(target)];
    if (!tested) throw new Error("the tested segment is among those kept");
    return { segments, tested };
  }

  /** All groups around a place are required, or hold the target as well. */
  #isOpen({ path }: Place, target: Place): boolean {
    return path.slice(0, -1).every((_, depth) => {
      const group = path.slice(0, depth + 1).join(".");
      return this.#requiredGroups.has(group) || `${target.path.join(".")}.`.startsWith(`${group}.`);
    });
  }
}
