import { readHeader } from "#lib/hl7v2";

/**
 * The envelope of a batch of acknowledgments: BHS, in which sender and receiver have changed places and BHS-12 names the
 * batch that is answered, and BTS with the number of messages.
 *
 * `answerTo` is the MSH segment that stands for the batch: see `readBatch`. Nothing of it can add a field or a segment.
 *
 * Source: HL7 v2.9 chapter 2.10.3 "Batch protocol", 2.14.2 "BHS".
 */
export function batchHeader(
  answerTo: Uint8Array,
  { controlId, dateTime }: { readonly controlId: string; readonly dateTime: string },
): { readonly header: Uint8Array; trailer(count: number): Uint8Array } {
  const { segment, delimiters } = readHeader(answerTo);
  const { field } = delimiters;
  const at = (position: number): string => withoutControls(segment.field(position).text);
  const header = [
    "BHS",
    at(2),
    at(5),
    at(6),
    at(3),
    at(4),
    dateTime,
    "",
    "",
    "",
    controlId,
    at(10),
  ].join(field);
  return {
    header: latin1Bytes(`${header}\r`),
    trailer: (count) => latin1Bytes(`BTS${field}${count}\r`),
  };
}

function withoutControls(text: string): string {
  return [...text].filter((character) => character >= " " && character !== "\u007F").join("");
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
