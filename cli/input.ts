import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { CommandError } from "./command.ts";

/** The bytes of a file, or of standard input for `-`. Throws CommandError. */
export async function inputBytes(file: string): Promise<Uint8Array> {
  if (file === "-") return buffer(process.stdin);
  try {
    return readFileSync(file);
  } catch {
    throw new CommandError(`The file ${file} cannot be read`);
  }
}
