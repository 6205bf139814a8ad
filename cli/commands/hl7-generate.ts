import { parseArgs } from "node:util";
import { generateMessages } from "#lib/hl7v2/simulator";
import { encodeFrame } from "#lib/mllp";
import { UsageError, wholeNumber } from "../command.ts";
import type { Command } from "../command.ts";

const FORMATS: ReadonlySet<string> = new Set(["hl7", "ndjson", "mllp"]);

export const hl7Generate: Command = {
  name: "hl7 generate",
  summary: "messages of the synthetic hospital; the same for the same seed",
  usage: "hl7 generate [--seed N] [--count N] [--format hl7|ndjson|mllp]",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string", default: "1" },
        count: { type: "string", default: "10" },
        format: { type: "string", default: "hl7" },
      },
    });
    if (!FORMATS.has(values.format)) throw new UsageError("--format is hl7, ndjson or mllp");
    const seed = wholeNumber(values.seed, "seed");
    const count = wholeNumber(values.count, "count");
    for (const message of generateMessages({ seed, count })) {
      const isTaken = process.stdout.write(formatted(message, values.format));
      if (!isTaken) await new Promise((resolve) => process.stdout.once("drain", resolve));
    }
  },
};

/** hl7: segments on lines of their own, a blank line between messages. */
function formatted(message: Uint8Array, format: string): Uint8Array | string {
  if (format === "mllp") return encodeFrame(message);
  const text = new TextDecoder().decode(message);
  return format === "ndjson" ? `${JSON.stringify(text)}\n` : `${text.replaceAll("\r", "\n")}\n`;
}
