import { decodeIso2022, hasIso2022 } from "./iso2022.ts";
import { decodeUtf32, wideEncoding } from "./wide.ts";

/**
 * Names of table 0211 to the labels of the Encoding standard. Upper case, without blanks.
 *
 * CNS 11643 has no decoder in any runtime; Big5 holds the same characters of its first two planes, and is what
 * senders that name it write. Source: HL7 table 0211 "Alternate character sets".
 */
const labels: Readonly<Record<string, string>> = {
  ASCII: "windows-1252",
  ISOIR6: "windows-1252",
  "8859/1": "iso-8859-1",
  "8859/2": "iso-8859-2",
  "8859/3": "iso-8859-3",
  "8859/4": "iso-8859-4",
  "8859/5": "iso-8859-5",
  "8859/6": "iso-8859-6",
  "8859/7": "iso-8859-7",
  "8859/8": "iso-8859-8",
  "8859/9": "windows-1254",
  "8859/15": "iso-8859-15",
  ISOIR14: "shift_jis",
  ISOIR87: "euc-jp",
  ISOIR159: "euc-jp",
  GB18030: "gb18030",
  GB18030_2000: "gb18030",
  "GB18030-2000": "gb18030",
  KSX1001: "euc-kr",
  CNS11643: "big5",
  CNS11643_1992: "big5",
  "CNS11643-1992": "big5",
  BIG5: "big5",
  BIG_5: "big5",
  "BIG-5": "big5",
  UNICODE: "utf-8",
  "UNICODEUTF-8": "utf-8",
  UTF8: "utf-8",
  "UNICODEUTF-16": "utf-16",
  "UNICODEUTF-32": "utf-32",
  "UTF-32": "utf-32",
};

/** Names that say nothing about the bytes above 127: senders claim them and send something else. */
const UNRELIABLE: ReadonlySet<string> = new Set(["ASCII", "ISOIR6"]);
/** Names that are reached by escape sequences from ASCII. */
const BY_ESCAPE: ReadonlySet<string> = new Set(["ISOIR87", "ISOIR159"]);

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const keyOf = (name: string): string => name.toUpperCase().replaceAll(/\s+/g, "");

/**
 * The label of a charset named in MSH-18, or by its own name (`windows-1250`, `ISO-8859-1`);
 * undefined when it is not known.
 */
export function charsetLabel(name: string): string | undefined {
  const key = keyOf(name);
  const known = labels[key] ?? labels[key.replace(/^ISO-?/, "").replace("8859-", "8859/")];
  if (known) return known;
  try {
    return new TextDecoder(name.trim()).encoding;
  } catch {
    return undefined;
  }
}

export function decoderOf(label: string): InstanceType<typeof TextDecoder> {
  let decoder = decoders.get(label);
  if (!decoder) decoders.set(label, (decoder = new TextDecoder(label, { ignoreBOM: true })));
  return decoder;
}

export interface DecodedText {
  readonly text: string;
  /** Label of the Encoding standard, such as `utf-8`; also `utf-32le` and `utf-32be`, which it does not have. */
  readonly charset: string;
}

/**
 * Decodes a message's bytes by the names of MSH-18. Never throws: without a usable name the bytes are read as
 * UTF-8 when they are valid, and as windows-1252 otherwise; a named charset that does not fit yields U+FFFD.
 *
 * - The first name is the charset of the message; the others are reached by ISO 2022 escape sequences, which are
 *   obeyed whatever MSH-18 says. So is a byte order mark, and an M with zero bytes round it.
 * - ASCII is a claim that senders make and break, so it is checked the same way as no claim at all.
 */
export function decodeBytes(
  bytes: Uint8Array,
  names: string | readonly string[] = [],
): DecodedText {
  const wide = wideEncoding(bytes);
  if (wide)
    return { text: decodeWide(bytes.subarray(wide.markBytes), wide.label), charset: wide.label };
  const name = typeof names === "string" ? names : names[0];
  if (hasIso2022(bytes)) {
    const base = baseLabel(name);
    return {
      text: decodeIso2022(bytes, (run) => plain(run, base).text),
      charset: base ?? "iso-2022",
    };
  }
  return plain(bytes, baseLabel(name));
}

function baseLabel(name: string | undefined): string | undefined {
  if (name === undefined || name === "") return undefined;
  const key = keyOf(name);
  if (UNRELIABLE.has(key)) return undefined;
  const label = charsetLabel(name);
  // Escapes say where these begin; without any the text is ASCII, or EUC-JP with the high bits set.
  if (BY_ESCAPE.has(key)) return "euc-jp";
  // Bytes that a mark or a zero did not show to be wide are not.
  return label?.startsWith("utf-16") || label?.startsWith("utf-32") ? undefined : label;
}

function plain(bytes: Uint8Array, label: string | undefined): DecodedText {
  if (label !== undefined) return { text: decoderOf(label).decode(bytes), charset: label };
  try {
    return { text: strictUtf8.decode(bytes), charset: "utf-8" };
  } catch {
    return { text: decoderOf("windows-1252").decode(bytes), charset: "windows-1252" };
  }
}

function decodeWide(bytes: Uint8Array, label: string): string {
  return label.startsWith("utf-32")
    ? decodeUtf32(bytes, label === "utf-32le")
    : decoderOf(label).decode(bytes);
}
