/** Base64 without Node: the maps run in a browser too. Both are linear in their input. */
export function bytesToBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  // A multiple of 3, so that only the last piece is padded.
  const step = 24_576;
  for (let at = 0; at < bytes.length; at += step) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + step))));
  }
  return pieces.join("");
}

/** undefined when the text is no sequence of hexadecimal pairs. */
export function hexToBytes(text: string): Uint8Array | undefined {
  const packed = text.replaceAll(/\s/g, "");
  if (packed.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(packed)) return undefined;
  const bytes = new Uint8Array(packed.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(packed.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}
