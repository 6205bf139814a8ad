import { DataError } from "#connect-api";

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Throws DataError for text that is not base64. */
export function bytesOfBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new DataError("SCHEMA_MISMATCH", "Base64 text was expected for a BYTES value");
  }
  return new Uint8Array(Buffer.from(text, "base64"));
}
