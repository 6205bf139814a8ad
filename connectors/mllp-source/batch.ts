import { splitBatch } from "#lib/hl7v2";

/** A batch's messages, and what its envelope says. */
export interface BatchContent {
  readonly messages: readonly Uint8Array[];
  /** Whether BTS-1 and FTS-1, where they are filled, name the right numbers. */
  readonly isCountRight: boolean;
  /** An MSH segment that stands for the batch, so that it can be answered as one. */
  readonly answerTo: Uint8Array;
}

/**
 * Takes a batch (BHS … BTS) or a file of batches (FHS … FTS) apart. undefined when it holds no message or
 * its header cannot be read.
 *
 * The answer's MSA-2 is the control id of the envelope (BHS-11, else FHS-11), sender and receiver are those of
 * the envelope, and type and version those of the first message.
 *
 * Source: HL7 v2.9 chapter 2.10.3 "Batch protocol".
 */
export function readBatch(payload: Uint8Array): BatchContent | undefined {
  const messages = [...splitBatch(payload)];
  const segments = envelope(payload);
  const header = segments.find(({ name }) => name === "BHS") ?? segments[0];
  const first = messages[0];
  if (!first || !header) return undefined;
  const separator = header.text[3] ?? "|";
  const fieldsOf = (text: string): string[] => text.split(separator);
  const own = fieldsOf(header.text);
  const file = fieldsOf(segments.find(({ name }) => name === "FHS")?.text ?? "");
  const msh = fieldsOf(latin1(first.subarray(0, endOfLine(first, 0))));
  const at = (position: number): string => own[position] || file[position] || "";
  const answerTo = [
    "MSH",
    own[1] ?? "^~\\&",
    at(2),
    at(3),
    at(4),
    at(5),
    at(6),
    "",
    msh[0] === "MSH" ? (msh[8] ?? "") : "",
    at(10),
    msh[10] ?? "P",
    msh[11] ?? "",
    "",
    "",
    msh[14] ?? "",
    msh[15] ?? "",
  ].join(separator);
  return {
    messages,
    isCountRight: countsFit(segments, separator, messages.length),
    answerTo: Uint8Array.from(`${answerTo}\r`, (character) => character.charCodeAt(0) & 0xff),
  };
}

interface EnvelopeSegment {
  readonly name: string;
  readonly text: string;
  /** Messages before it. */
  readonly messagesBefore: number;
}

const NAMES: ReadonlySet<string> = new Set(["FHS", "BHS", "BTS", "FTS"]);

function envelope(payload: Uint8Array): EnvelopeSegment[] {
  const found: EnvelopeSegment[] = [];
  let messagesBefore = 0;
  let start = 0;
  while (start < payload.length) {
    const end = endOfLine(payload, start);
    const name = latin1(payload.subarray(start, start + 3));
    if (name === "MSH") messagesBefore += 1;
    if (NAMES.has(name)) {
      found.push({ name, text: latin1(payload.subarray(start, end)), messagesBefore });
    }
    start = end + 1;
  }
  return found;
}

/** BTS-1 counts the messages of its batch, FTS-1 the batches of the file. An empty count claims nothing. */
function countsFit(
  segments: readonly EnvelopeSegment[],
  separator: string,
  messages: number,
): boolean {
  let before = 0;
  for (const { name, text, messagesBefore } of segments) {
    const count = text.split(separator)[1]?.trim() ?? "";
    if (name === "BHS") before = messagesBefore;
    if (name === "BTS" && count !== "" && Number(count) !== messagesBefore - before) return false;
    if (name === "FTS" && count !== "") {
      const batches = segments.filter((each) => each.name === "BHS").length;
      // Files without batches are counted by message.
      if (Number(count) !== (batches || messages)) return false;
    }
  }
  return true;
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let end = from;
  while (end < bytes.length && bytes[end] !== 0x0d && bytes[end] !== 0x0a) end += 1;
  return end;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
