import type { Message } from "../message.ts";
import type { Finding, Findings, Severity } from "./finding.ts";

/** Fields of MSH without which nothing can be decided. Source: HL7 v2.9 chapter 2.14.9. */
const HEADER_FIELDS: readonly (readonly [field: number, name: string, severity: Severity])[] = [
  [9, "message type", "error"],
  [10, "message control id", "warning"],
  [11, "processing id", "warning"],
  [12, "version id", "warning"],
];

const VERSION = /^2\.[1-9](?:\.\d{1,2})?$/;

/** MSH has to say what the message is. */
export function checkHeader(message: Message, findings: Findings): void {
  const { header } = message;
  for (const [field, name, severity] of HEADER_FIELDS) {
    if (!header.segment.field(field).isEmpty) continue;
    findings.add(missingField(`MSH-${field}`, name, severity));
  }
  if (header.version !== "" && !VERSION.test(header.version)) {
    findings.add({
      code: "HL7_VALUE_FORMAT",
      severity: "info",
      position: "MSH-12",
      meaning: "The version is none of HL7 v2",
      suggestion: "Nothing has to be done here: a message is read alike in all versions",
    });
  }
}

export function missingField(position: string, name: string, severity: Severity): Finding {
  return {
    code: "HL7_FIELD_MISSING",
    severity,
    position,
    meaning: `The ${name} is empty`,
    suggestion: `Ask the sender to fill ${position}`,
  };
}
