import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { splitBatch } from "#lib/hl7v2";
import { FrameDecoder, START_BLOCK } from "#lib/mllp";
import { CommandError } from "./command.ts";

const CR = 0x0d;
const LF = 0x0a;

/** The bytes of a file, or of standard input for `-`. Throws CommandError. */
export async function inputBytes(file: string): Promise<Uint8Array> {
  if (file === "-") return buffer(process.stdin);
  try {
    return readFileSync(file);
  } catch {
    throw new CommandError(`The file ${file} cannot be read`);
  }
}

/**
 * The messages of a file: MLLP blocks, a batch, or one message after the other; blank lines between
 * messages belong to none. Line feeds become the carriage returns of the wire, where a file has no others.
 * Throws CommandError when there is none.
 */
export function messagesOf(bytes: Uint8Array): Uint8Array[] {
  const messages =
    bytes[0] === START_BLOCK
      ? framesOf(bytes)
      : [...splitBatch(withCarriageReturns(bytes))].map(withoutBlankLines);
  if (messages.length === 0) throw new CommandError("No message begins with an MSH segment");
  return messages;
}

function framesOf(bytes: Uint8Array): Uint8Array[] {
  const decoder = new FrameDecoder({ frameBytesMax: bytes.length, junkBytesMax: bytes.length });
  return [...decoder.push(bytes)].flatMap((event) =>
    event.kind === "frame" ? [event.payload] : [],
  );
}

function withCarriageReturns(bytes: Uint8Array): Uint8Array {
  return bytes.includes(CR) ? bytes : bytes.map((byte) => (byte === LF ? CR : byte));
}

function withoutBlankLines(message: Uint8Array): Uint8Array {
  const end = message.findLastIndex((byte) => byte !== CR && byte !== LF) + 1;
  const rest = message.subarray(end);
  return message.subarray(
    0,
    end + (rest[0] === CR && rest[1] === LF ? 2 : Math.min(rest.length, 1)),
  );
}
