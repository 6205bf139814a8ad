import type { Message } from "./message.ts";
import { structureOf } from "./structure.ts";

/**
 * 0: it can be parsed. 1: MSH says what it is. 2: the segments that its structure requires are there,
 * and their required fields are filled.
 */
export type ValidationLevel = 0 | 1 | 2;

/** One thing that is wrong. Texts hold no value of the message. */
export interface Finding {
  readonly code: "HL7_FIELD_MISSING" | "HL7_SEGMENT_MISSING" | "HL7_TYPE_UNKNOWN";
  readonly severity: "error" | "warning";
  /** `PID-3` or `PID`. */
  readonly position: string;
  readonly meaning: string;
  readonly suggestion: string;
}

/** Fields of MSH without which nothing can be decided. Source: HL7 v2.9 chapter 2.14.9. */
const HEADER_FIELDS: readonly (readonly [
  field: number,
  name: string,
  severity: Finding["severity"],
])[] = [
  [9, "message type", "error"],
  [10, "message control id", "warning"],
  [11, "processing id", "warning"],
  [12, "version id", "warning"],
];

/**
 * Checks a message. `error`: it cannot become FHIR correctly; `warning`: it differs from the
 * standard in a way that senders often do and that harms nothing here.
 */
export function validateMessage(message: Message, level: ValidationLevel): readonly Finding[] {
  const findings: Finding[] = [];
  if (level >= 1) checkHeader(message, findings);
  if (level >= 2) checkStructure(message, findings);
  return findings;
}

function checkHeader(message: Message, findings: Finding[]): void {
  for (const [field, name, severity] of HEADER_FIELDS) {
    if (!message.header.segment.field(field).isEmpty) continue;
    findings.push(missingField(`MSH-${field}`, name, severity));
  }
}

function checkStructure(message: Message, findings: Finding[]): void {
  const { messageCode, triggerEvent } = message.header;
  const structure = structureOf(messageCode, triggerEvent);
  if (!structure) {
    findings.push({
      code: "HL7_TYPE_UNKNOWN",
      severity: "warning",
      position: "MSH-9",
      meaning: "The structure of this message type is not known here",
      suggestion: "Nothing below MSH was checked",
    });
    return;
  }
  for (const { segment, severity } of structure.required) {
    if (message.segment(segment)) continue;
    findings.push({
      code: "HL7_SEGMENT_MISSING",
      severity,
      position: segment,
      meaning: `${structure.name} requires a ${segment} segment`,
      suggestion: `Ask the sender to add ${segment}`,
    });
  }
  for (const { segment, field, name } of structure.requiredFields) {
    message.segmentsNamed(segment).forEach((found, index) => {
      const value = found.field(field);
      if (!value.isEmpty && !value.isNull) return;
      findings.push(missingField(`${segment}[${index + 1}]-${field}`, name, "warning"));
    });
  }
}

function missingField(position: string, name: string, severity: Finding["severity"]): Finding {
  return {
    code: "HL7_FIELD_MISSING",
    severity,
    position,
    meaning: `The ${name} is empty`,
    suggestion: `Ask the sender to fill ${position}`,
  };
}
