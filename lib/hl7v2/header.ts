import { decodeBytes } from "./charset.ts";
import { readDelimiters } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { Hl7ParseError } from "./hl7-parse-error.ts";
import { Segment } from "./segment.ts";

/** What MSH says about a message; "" where it says nothing. Source: HL7 v2.9 chapter 2.14.9. */
export interface MessageHeader {
  readonly delimiters: Delimiters;
  /** The segment itself, for fields that are not named here. */
  readonly segment: Segment;
  /** MSH-3, first component. */
  readonly sendingApplication: string;
  /** MSH-4, first component. */
  readonly sendingFacility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  /** MSH-7 as sent. */
  readonly dateTime: string;
  /** MSH-9.1, such as `ADT`. */
  readonly messageCode: string;
  /** MSH-9.2, such as `A01`. */
  readonly triggerEvent: string;
  /** MSH-9.3, such as `ADT_A01`. */
  readonly messageStructure: string;
  /** MSH-10. */
  readonly messageControlId: string;
  readonly processingId: string;
  /** MSH-12.1, such as `2.5.1`. */
  readonly version: string;
  /** MSH-15: AL, NE, ER, SU or "". */
  readonly acceptAcknowledgment: string;
  /** MSH-16. */
  readonly applicationAcknowledgment: string;
  /** MSH-18, each repetition. */
  readonly characterSets: readonly string[];
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Where the header segment begins: after a byte order mark and white space.
 *
 * Throws Hl7ParseError when the first three letters are not MSH.
 */
export function headerStart(input: Uint8Array): number {
  let start = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? 3 : 0;
  while (start < input.length && isBlank(input[start] ?? 0)) start += 1;
  if (input[start] !== 0x4d || input[start + 1] !== 0x53 || input[start + 2] !== 0x48) {
    throw new Hl7ParseError("HL7_MSH_MISSING", "The message does not begin with an MSH segment");
  }
  return start;
}

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** The bytes of the header segment, without its line end. */
export function headerBytes(input: Uint8Array): Uint8Array {
  const start = headerStart(input);
  let end = start;
  while (end < input.length && input[end] !== CR && input[end] !== LF) end += 1;
  return input.subarray(start, end);
}

/**
 * Reads MSH and nothing else, for a listener that has to decide by it.
 *
 * Throws Hl7ParseError when there is no MSH or its delimiters cannot be used.
 */
export function readHeader(input: Uint8Array): MessageHeader {
  const bytes = headerBytes(input);
  const rough = latin1Text(bytes);
  const charset = new Segment(rough, 0, readDelimiters(rough)).field(18).value;
  return headerOf(decodeBytes(bytes, charset).text);
}

/** The header of an MSH segment's text. */
export function headerOf(text: string): MessageHeader {
  const delimiters = readDelimiters(text);
  const segment = new Segment(text, 0, delimiters);
  const type = segment.field(9).first;
  return {
    delimiters,
    segment,
    sendingApplication: segment.field(3).value,
    sendingFacility: segment.field(4).value,
    receivingApplication: segment.field(5).value,
    receivingFacility: segment.field(6).value,
    dateTime: segment.field(7).value,
    messageCode: type.component(1).value,
    triggerEvent: type.component(2).value,
    messageStructure: type.component(3).value,
    messageControlId: segment.field(10).decoded,
    processingId: segment.field(11).value,
    version: segment.field(12).value,
    acceptAcknowledgment: segment.field(15).value,
    applicationAcknowledgment: segment.field(16).value,
    characterSets: segment
      .field(18)
      .repetitions.map(({ value }) => value)
      .filter((value) => value !== ""),
  };
}

/** One character per byte: what is ASCII reads right in every charset that MLLP can carry. */
export function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
