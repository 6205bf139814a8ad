import { DataError } from "#connect-api";
import type { SinkRecord } from "#connect-api";
import { readHeader } from "#lib/hl7v2";
import { END_BLOCK, START_BLOCK } from "#lib/mllp";

/** A message as it goes over the wire, and what its header says. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** MSH-10. */
  readonly controlId: string;
  /** MSH-3.1 and MSH-4.1, as `application|facility`. */
  readonly sender: string;
}

/**
 * The message of a record: its value's bytes, untouched; text is sent as UTF-8.
 *
 * Throws DataError when it cannot be sent: another kind of value, no MSH, or a byte that would end its block.
 */
export function payloadOf({ value }: SinkRecord): Payload {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) {
    throw new DataError(
      "MLLP_VALUE_NOT_BYTES",
      "The value is neither bytes nor text: use the ByteArrayConverter",
    );
  }
  if (bytes.includes(START_BLOCK) || bytes.includes(END_BLOCK)) {
    throw new DataError(
      "MLLP_VALUE_NOT_FRAMEABLE",
      "The message holds a start or end byte of MLLP (0B or 1C), so its receiver would cut it",
    );
  }
  try {
    const header = readHeader(bytes);
    return {
      bytes,
      controlId: header.messageControlId,
      sender: `${header.sendingApplication}|${header.sendingFacility}`,
    };
  } catch (cause) {
    const message = "The value does not begin with a readable MSH segment";
    throw new DataError("MLLP_VALUE_NOT_HL7", message, { cause });
  }
}
