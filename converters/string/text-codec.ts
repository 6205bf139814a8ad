import { ConfigError, DataError } from "#connect-api";

export interface TextCodec {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

const encodings: Readonly<Record<string, BufferEncoding>> = {
  "UTF-8": "utf8",
  UTF8: "utf8",
  "US-ASCII": "latin1",
  ASCII: "latin1",
  "ISO-8859-1": "latin1",
  LATIN1: "latin1",
  "UTF-16LE": "utf16le",
};

/** Java's charset name to a codec. Throws ConfigError for a name that is not known here. */
export function textCodec(name: string): TextCodec {
  const encoding = encodings[name.toUpperCase()];
  if (!encoding) {
    throw new ConfigError("CONFIG_INVALID", `Unknown converter.encoding ${name}`, {
      key: "converter.encoding",
    });
  }
  if (encoding !== "utf8") {
    return {
      encode: (text) => new Uint8Array(Buffer.from(text, encoding)),
      decode: (bytes) => Buffer.from(bytes).toString(encoding),
    };
  }
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    encode: (text) => encoder.encode(text),
    decode(bytes) {
      try {
        return decoder.decode(bytes);
      } catch (cause) {
        // Java replaces such bytes by U+FFFD, which would change a record without anyone knowing.
        throw new DataError("TEXT_INVALID", "The bytes are not UTF-8 text", { cause });
      }
    },
  };
}
