import { decodeBytes } from "./charset/charset.ts";
import { wideEncoding } from "./charset/wide.ts";
import { EMPTY_FIELD } from "./field.ts";
import type { Field } from "./field.ts";
import type { MessageHeader } from "./header.ts";
import { parseMessage } from "./message.ts";
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
  if (wideEncoding(input)) {
    return parseMessage(input).segment(segmentName)?.field(position) ?? EMPTY_FIELD;
  }
  const [first, second, third] = [0, 1, 2].map((index) => segmentName.charCodeAt(index));
  const separator = header.delimiters.field.charCodeAt(0);
  let start = 0;
  while (start < input.length) {
    let end = start;
    while (end < input.length && input[end] !== CR && input[end] !== LF) end += 1;
    const isWanted =
      input[start] === first &&
      input[start + 1] === second &&
      input[start + 2] === third &&
      (input[start + 3] === separator || start + 3 === end);
    if (isWanted) {
      const { text } = decodeBytes(input.subarray(start, end), header.characterSets);
      return new Segment(text, 0, header.delimiters).field(position);
    }
    start = end + 1;
  }
  return EMPTY_FIELD;
}
