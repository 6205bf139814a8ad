import type { Message } from "../message.ts";
import type { Findings } from "./finding.ts";
import { isSegmentName } from "./place.ts";

/** Characters that frame messages (VT, FS) and that no text has a use for. */
const FRAME = /[\u0000\u000B\u001C]/;

/** What the bytes say before anybody reads a field: line ends, charset, characters of the transport. */
export function checkFraming(message: Message, findings: Findings): void {
  const { sourceText: text } = message;
  if (text.includes("\uFFFD")) {
    findings.add({
      code: "HL7_CHARSET_MISMATCH",
      severity: "warning",
      position: "MSH-18",
      meaning: `Bytes of the message are none of the charset ${message.charset}`,
      suggestion: "Ask the sender to name its charset in MSH-18, or configure it",
    });
  }
  if (FRAME.test(text)) {
    findings.add({
      code: "HL7_FRAME_CHARACTER",
      severity: "warning",
      position: "MSH",
      meaning: "The text holds a character that frames messages",
      suggestion: "Ask the sender to send it as an escape sequence",
    });
  }
  const { length } = message.segments;
  if (text.includes("\n") && length > 1 && !text.includes("\r")) {
    findings.add({
      code: "HL7_LINE_END",
      severity: "info",
      position: "MSH",
      meaning: "Segments end with a line feed instead of a carriage return",
      suggestion: "Nothing has to be done here; other receivers may refuse it",
    });
  }
  for (const { name, position } of message.segments) {
    if (isSegmentName(name) || !findings.hasRoom()) continue;
    findings.add({
      code: "HL7_SEGMENT_NAME",
      severity: "warning",
      position: `segment ${position + 1}`,
      meaning: "A line begins with something that is no segment name",
      suggestion: "Ask the sender to escape line ends in texts as \\.br\\",
    });
  }
}
