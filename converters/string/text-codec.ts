import { ConfigError, DataError } from "#connect-api";

export interface TextCodec {
  encode(text: string): Uint8Array;
  /** Throws DataError for bytes that are no text of the encoding. */
  decode(bytes: Uint8Array): string;
}

/** Java's names and aliases of the encodings that need no table. */
const CODECS: Readonly<Record<string, () => TextCodec>> = {
  "UTF-8": utf8,
  UTF8: utf8,
  "UTF-16": utf16,
  UTF16: utf16,
  "UTF-16BE": () => utf16Of("big"),
  "UTF-16LE": () => utf16Of("little"),
  "US-ASCII": () => latin(0x7f),
  ASCII: () => latin(0x7f),
  "ISO-8859-1": () => latin(0xff),
  ISO8859_1: () => latin(0xff),
  LATIN1: () => latin(0xff),
};
/** Encodings of one byte that the platform knows by the same name as Java. */
const ONE_BYTE = /^(?:WINDOWS-125[0-8]|CP125[0-8]|ISO-8859-(?:[2-8]|1[03-6])|KOI8-[RU]|IBM866)$/;

/** Java's charset name to a codec. Throws ConfigError for a name that is not known here. */
export function textCodec(name: string): TextCodec {
  const upper = name.toUpperCase();
  const make = Object.hasOwn(CODECS, upper) ? CODECS[upper] : undefined;
  if (make) return make();
  if (ONE_BYTE.test(upper)) return tableOf(upper.replace(/^CP/, "WINDOWS-"));
  throw new ConfigError("CONFIG_INVALID", `Unknown converter.encoding ${name}`, {
    key: "converter.encoding",
  });
}

/** Decodes strictly: Java replaces what is no text by U+FFFD, which would change a record without anyone knowing. */
function decoderOf(label: string, name: string): (bytes: Uint8Array) => string {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new DataError("TEXT_INVALID", `The bytes are not ${name} text`, { cause });
    }
  };
}

/** Texts of headers are mostly short, and then a call into the engine costs more than their letters. */
const SHORT_TEXT = 48;

function utf8(): TextCodec {
  const encoder = new TextEncoder();
  return {
    encode(text) {
      const { length } = text;
      if (length > SHORT_TEXT) return encoder.encode(text);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 1) {
        const code = text.charCodeAt(at);
        if (code > 0x7f) return encoder.encode(text);
        bytes[at] = code;
      }
      return bytes;
    },
    decode: decoderOf("utf-8", "UTF-8"),
  };
}

function utf16Of(order: "big" | "little"): TextCodec {
  const swapped = (bytes: Uint8Array): Uint8Array =>
    order === "big" ? new Uint8Array(Buffer.from(bytes).swap16()) : bytes;
  const decode = decoderOf("utf-16le", "UTF-16");
  return {
    encode: (text) => swapped(new Uint8Array(Buffer.from(text, "utf16le"))),
    decode(bytes) {
      if (bytes.length % 2 === 0) return decode(swapped(bytes));
      throw new DataError("TEXT_INVALID", "The bytes are not UTF-16 text");
    },
  };
}

/** Big-endian with a mark in front; read by the mark, or as big-endian without one. */
function utf16(): TextCodec {
  const [big, little] = [utf16Of("big"), utf16Of("little")];
  return {
    encode: (text) =>
      text === "" ? new Uint8Array() : new Uint8Array([0xfe, 0xff, ...big.encode(text)]),
    decode(bytes) {
      if (bytes[0] === 0xff && bytes[1] === 0xfe) return little.decode(bytes.subarray(2));
      const hasMark = bytes[0] === 0xfe && bytes[1] === 0xff;
      return big.decode(hasMark ? bytes.subarray(2) : bytes);
    },
  };
}

const REPLACEMENT = 0x3f;

/** One byte for each character up to `last`; characters beyond become `?`, as in Java. */
function latin(last: 0x7f | 0xff): TextCodec {
  return {
    encode: (text) =>
      Uint8Array.from(text.match(/[\s\S]/gu) ?? [], (character) => {
        const code = character.codePointAt(0) ?? REPLACEMENT;
        return code <= last ? code : REPLACEMENT;
      }),
    decode(bytes) {
      if (last === 0xff || bytes.every((byte) => byte <= last)) {
        return Buffer.from(bytes).toString("latin1");
      }
      throw new DataError("TEXT_INVALID", "The bytes are not US-ASCII text");
    },
  };
}

/** An encoding of one byte per character, with the table that the platform has for it. */
function tableOf(label: string): TextCodec {
  const decode = decoderOf(label, label);
  const bytes = new Map<string, number>();
  for (let byte = 0; byte <= 0xff; byte += 1) {
    try {
      bytes.set(decode(Uint8Array.of(byte)), byte);
    } catch {
      // Not every byte is a character.
    }
  }
  return {
    encode: (text) =>
      Uint8Array.from(
        text.match(/[\s\S]/gu) ?? [],
        (character) => bytes.get(character) ?? REPLACEMENT,
      ),
    decode,
  };
}
