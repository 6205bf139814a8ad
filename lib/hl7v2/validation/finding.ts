export type FindingCode =
  | "HL7_CHARSET_MISMATCH"
  | "HL7_FRAME_CHARACTER"
  | "HL7_LINE_END"
  | "HL7_SEGMENT_NAME"
  | "HL7_FIELD_MISSING"
  | "HL7_FIELD_REPEATED"
  | "HL7_FIELD_UNKNOWN"
  | "HL7_SEGMENT_MISSING"
  | "HL7_SEGMENT_REPEATED"
  | "HL7_SEGMENT_UNEXPECTED"
  | "HL7_SEGMENT_UNKNOWN"
  | "HL7_TYPE_UNKNOWN"
  | "HL7_VALUE_FORMAT"
  | "HL7_PROFILE_MESSAGE"
  | "HL7_PROFILE_SEGMENT"
  | "HL7_PROFILE_USAGE"
  | "HL7_PROFILE_REPETITIONS"
  | "HL7_PROFILE_LENGTH"
  | "HL7_PROFILE_CODE"
  | "HL7_PROFILE_PATTERN"
  | "HL7_FINDINGS_MANY";

/**
 * `error`: the message cannot be taken for what it says it is. `warning`: it differs from the standard in a way
 * that senders often do and that harms nothing here. `info`: worth knowing when something looks odd.
 */
export type Severity = "error" | "warning" | "info";

/** One thing that is worth saying of a message. Texts hold no value of it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `PID-3[2].4.2`, `OBX[3]-5` or `PID`. */
  readonly position: string;
  readonly meaning: string;
  /** What its sender, or whoever runs the interface, can do. */
  readonly suggestion: string;
}

/** More are counted and not kept: a message of line noise has one per line. */
const KEPT_MAX = 500;

/** Collects findings, and counts the segments of each name so that places have their number. */
export class Findings {
  readonly #kept: Finding[] = [];
  #left = 0;

  add(finding: Finding): void {
    if (this.hasRoom()) this.#kept.push(finding);
  }

  /** Whether one more is kept; else it is counted, and need not be written. */
  hasRoom(): boolean {
    if (this.#kept.length < KEPT_MAX) return true;
    this.#left += 1;
    return false;
  }

  /** All that were kept, and how many were not. */
  all(): readonly Finding[] {
    if (this.#left === 0) return this.#kept;
    const many: Finding = {
      code: "HL7_FINDINGS_MANY",
      severity: "warning",
      position: "MSH",
      meaning: `There are ${this.#left} more findings`,
      suggestion: "Mend the first ones and check again",
    };
    return [...this.#kept, many];
  }
}
