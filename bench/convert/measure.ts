import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Figure {
  readonly task: "parse" | "convert" | "validate";
  readonly message: string;
  readonly perSecond: number;
  /** The parser, where one process measures several. */
  readonly peer?: string;
}

export const MESSAGE_NAMES = ["ADT_A01", "ORU_R01"] as const;

/** Command line of every measured process: folder with messages, seconds to warm up, seconds to measure. */
export function measureAll(
  work: (
    name: string,
    bytes: Uint8Array,
  ) => Iterable<readonly [Omit<Figure, "message" | "perSecond">, () => unknown]>,
): void {
  const [folder = "", warmUp = "2", seconds = "2"] = process.argv.slice(2);
  for (const message of MESSAGE_NAMES) {
    const bytes = readFileSync(join(folder, `${message}.hl7`));
    for (const [labels, once] of work(message, bytes)) {
      run(once, Number(warmUp));
      const figure: Figure = { ...labels, message, perSecond: run(once, Number(seconds)) };
      process.stdout.write(`${JSON.stringify(figure)}\n`);
    }
  }
  const peakMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ peakMb })}\n`);
}

function run(once: () => unknown, seconds: number): number {
  const startedAt = performance.now();
  let count = 0;
  let passed = 0;
  while (passed < seconds * 1000) {
    if (once() === undefined) throw new Error("nothing came back");
    count += 1;
    passed = performance.now() - startedAt;
  }
  return count / (passed / 1000);
}
