import { DEFAULT_DELIMITERS } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { encodeEscapes } from "./escape.ts";
import { MessageHeader, headerBytes, latin1Text, readHeader } from "./header.ts";
import { parseMessage } from "./message.ts";

/** Table 0008 "Acknowledgment code". */
export type AckCode = "AA" | "AE" | "AR" | "CA" | "CE" | "CR";

/** One ERR segment. */
export interface AckError {
  /** Table 0357 "Message error condition codes", such as `101`. */
  readonly code: string;
  /** The meaning of the code. No value of the message. */
  readonly text: string;
  /** Where, if known: segment, its number counted from 1, field. */
  readonly location?: { readonly segment: string; readonly nth: number; readonly field?: number };
  /** Table 0516. Default E. */
  readonly severity?: "E" | "W" | "I";
  /** What the sender's people can do. */
  readonly userText?: string;
}

export interface AckOptions {
  readonly code: AckCode;
  /** MSH-10 of the answer itself: unique for each answer. */
  readonly controlId: string;
  /** MSH-7, `YYYYMMDDHHMMSS+ZZZZ`. */
  readonly dateTime: string;
  readonly errors?: readonly AckError[];
  /** The message's header, when it was read already. */
  readonly header?: MessageHeader;
}

/** What can be taken over from the message that is answered; texts have one character per byte. */
interface Original {
  readonly delimiters: Delimiters;
  readonly encodingCharacters: string;
  readonly version: string;
  field(position: number): string;
  readonly triggerEvent: string;
}

/**
 * The acknowledgment of a message, in its sender's delimiters, version and charset.
 *
 * Sender and receiver change places, and MSA-2 holds the bytes of the sender's MSH-10. Copied bytes
 * come from single fields in the same delimiters and lose their control characters, so that they
 * cannot add a field, a segment or the end of the frame. Works for input that is not HL7 at all: MSA-2
 * is then empty.
 *
 * Source: HL7 v2.9 chapters 2.9.2 and 2.14 (MSA, ERR); ERR has another form up to version 2.4.
 */
export function ackMessage(original: Uint8Array, options: AckOptions): Uint8Array {
  const from = originalOf(original, options.header);
  const { field: separator, component } = from.delimiters;
  const type = ["ACK", from.triggerEvent, from.version >= "2.4" ? "ACK" : ""]
    .join(component)
    .replace(/[^A-Za-z0-9]+$/, "");
  const msh = [
    `MSH${separator}${from.encodingCharacters}`,
    from.field(5),
    from.field(6),
    from.field(3),
    from.field(4),
    options.dateTime,
    "",
    type,
    options.controlId,
    from.field(11) || "P",
    from.field(12) || "2.5.1",
    "",
    "",
    "",
    "",
    "",
    from.field(18),
  ];
  const errors = options.errors ?? [];
  const msa = ["MSA", options.code, from.field(10)];
  const firstText = errors[0]?.text;
  if (firstText !== undefined && from.version < "2.7") {
    msa.push(encodeEscapes(firstText, from.delimiters));
  }
  const segments = [
    withoutTrailing(msh.join(separator), separator),
    withoutTrailing(msa.join(separator), separator),
    ...errors.map((error) => errorSegment(error, from)),
  ];
  return bytesOfLatin1(`${segments.join("\r")}\r`);
}

/** Without empty fields at the end. */
function withoutTrailing(text: string, separator: string): string {
  let end = text.length;
  while (end > 0 && text.startsWith(separator, end - separator.length)) end -= separator.length;
  return end === text.length ? text : text.slice(0, end);
}

function errorSegment(error: AckError, { delimiters, version }: Original): string {
  const { field, component, subcomponent } = delimiters;
  const text = encodeEscapes(error.text, delimiters);
  const { segment = "", nth = "", field: place = "" } = error.location ?? {};
  if (version < "2.5") {
    const code = [error.code, text, "HL70357"].join(subcomponent);
    return ["ERR", [segment, nth, place, code].join(component)].join(field);
  }
  const location = error.location
    ? withoutTrailing([segment, nth, place].join(component), component)
    : "";
  const code = [error.code, text, "HL70357"].join(component);
  const userText = encodeEscapes(error.userText ?? "", delimiters);
  const fields = ["ERR", "", location, code, error.severity ?? "E", "", "", "", userText];
  return withoutTrailing(fields.join(field), field);
}

function originalOf(bytes: Uint8Array, read: MessageHeader | undefined): Original {
  try {
    // Decoded text is that of the bytes only where it is ASCII.
    const isRead = read !== undefined && ASCII.test(read.segment.text);
    const header = isRead ? read : new MessageHeader(latin1Text(headerBytes(bytes)));
    // Byte by byte anything may be a delimiter; in the charset of MSH-18 it may be no character at all.
    if (!isRead && !ASCII.test(Object.values(header.delimiters).join(""))) readHeader(bytes);
    return {
      delimiters: header.delimiters,
      // Blanks behind them are none of them; one beyond ASCII would be no character in the charset of MSH-18.
      encodingCharacters: withoutControls(header.segment.field(2).text).trimEnd(),
      version: header.version || "2.5.1",
      field: (position) => withoutControls(header.segment.field(position).text),
      triggerEvent: header.triggerEvent.replaceAll(/[^A-Za-z0-9]/g, ""),
    };
  } catch {
    return {
      delimiters: DEFAULT_DELIMITERS,
      encodingCharacters: "^~\\&",
      version: "2.5.1",
      field: () => "",
      triggerEvent: "",
    };
  }
}

const ASCII = /^[\u0000-\u007F]*$/;
const CONTROLS = /[\u0000-\u001F\u007F]/;

function withoutControls(text: string): string {
  if (!CONTROLS.test(text)) return text;
  return [...text].filter((character) => character >= " " && character !== "\u007F").join("");
}

function bytesOfLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** What an acknowledgment says. */
export interface Acknowledgment {
  readonly code: string;
  /** MSA-2. */
  readonly controlId: string;
  /** ERR-3.1 (or ERR-1.4.1 up to 2.4) of each ERR. */
  readonly errorCodes: readonly string[];
}

/** Reads an acknowledgment. Throws Hl7ParseError when it is not HL7; a missing MSA gives "". */
export function parseAck(bytes: Uint8Array): Acknowledgment {
  const message = parseMessage(bytes);
  const msa = message.segment("MSA");
  return {
    code: msa?.field(1).value ?? "",
    controlId: msa?.field(2).decoded ?? "",
    errorCodes: message
      .segmentsNamed("ERR")
      .map((err) => err.field(3).value || err.field(1).component(4).value)
      .filter((code) => code !== ""),
  };
}
