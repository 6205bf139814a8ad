import { decodeBytes } from "./charset.ts";
import { Field } from "./field.ts";
import type { MessageHeader } from "./header.ts";
import { Segment } from "./segment.ts";

const CR = 0x0d;
const LF = 0x0a;

/**
 * The field of the first segment of that name, without parsing the rest of the message; an empty
 * field when there is none. For a listener that needs the patient id of every message.
 */
export function findField(
  input: Uint8Array,
  header: MessageHeader,
  segmentName: string,
  position: number,
): Field {
  const name = [...segmentName].map((letter) => letter.charCodeAt(0));
  const separator = header.delimiters.field.charCodeAt(0);
  let start = 0;
  while (start < input.length) {
    let end = start;
    while (end < input.length && input[end] !== CR && input[end] !== LF) end += 1;
    const isWanted =
      input[start] === name[0] &&
      input[start + 1] === name[1] &&
      input[start + 2] === name[2] &&
      (input[start + 3] === separator || start + 3 === end);
    if (isWanted) {
      const { text } = decodeBytes(input.subarray(start, end), header.characterSets[0]);
      return new Segment(text, 0, header.delimiters).field(position);
    }
    start = end + 1;
  }
  return new Field("", header.delimiters);
}
