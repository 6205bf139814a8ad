/** A Unicode encoding with more than one byte per ASCII letter, and how long its byte order mark is. */
export interface WideEncoding {
  readonly label: "utf-16le" | "utf-16be" | "utf-32le" | "utf-32be";
  readonly markBytes: number;
}

const MARKS: readonly (readonly [bytes: readonly number[], label: WideEncoding["label"]])[] = [
  [[0xff, 0xfe, 0, 0], "utf-32le"],
  [[0, 0, 0xfe, 0xff], "utf-32be"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/**
 * The encoding of bytes that begin with a byte order mark of UTF-16 or UTF-32, or with an ASCII letter among zero
 * bytes; undefined for everything else, and at no cost then.
 */
export function wideEncoding(bytes: Uint8Array): WideEncoding | undefined {
  const [a = 1, b = 1, c = 1, d = 1] = [bytes[0], bytes[1], bytes[2], bytes[3]];
  if (a < 0xfe && a !== 0 && b !== 0) return undefined;
  for (const [mark, label] of MARKS) {
    if (mark.every((byte, index) => bytes[index] === byte)) {
      return { label, markBytes: mark.length };
    }
  }
  if (a !== 0 && b === 0)
    return { label: c === 0 && d === 0 ? "utf-32le" : "utf-16le", markBytes: 0 };
  if (a === 0 && b !== 0) return { label: "utf-16be", markBytes: 0 };
  if (a === 0 && b === 0 && c === 0 && d !== 0) return { label: "utf-32be", markBytes: 0 };
  return undefined;
}

const CHUNK = 4096;

/** Code points of four bytes each; those that do not exist become U+FFFD. */
export function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  const points: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, isLittleEndian);
    points.push(point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? 0xfffd : point);
    if (points.length === CHUNK) {
      text += String.fromCodePoint(...points);
      points.length = 0;
    }
  }
  return text + String.fromCodePoint(...points);
}
