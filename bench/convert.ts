// `npm run bench:convert`: parsing, conversion to FHIR and validation of the same two messages (ADT_A01 with seven segments,
// ORU_R01 with fifty OBX) by this product and by its peers, one after the other, each held to one core where `taskset` is there.
// Prints messages per second, the ratio to ours, and the largest memory of each process.
//
//   npm run bench:convert -- [seconds per figure]
//
// Java and Maven are needed for the Java peers, python3 with pip for hl7apy; what is missing is left out, loudly.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MESSAGE_NAMES } from "./convert/measure.ts";
import type { Figure } from "./convert/measure.ts";
import { peers } from "./convert/peers.ts";
import type { Peer } from "./convert/peers.ts";
import { ADT, ORU } from "./hl7v2/messages.ts";

const TITLES: Readonly<Record<string, string>> = {
  parse: "parse",
  convert: "parse + convert",
  validate: "parse + convert + validate",
};
const seconds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "bench-convert-"));
writeFileSync(join(folder, "ADT_A01.hl7"), ADT);
writeFileSync(join(folder, "ORU_R01.hl7"), ORU);

interface Measured extends Figure {
  readonly name: string;
  readonly peakMb: number;
}

const hasTaskset = spawnSync("taskset", ["--version"]).status === 0;

function measure({ name, command, warmUp }: Peer): Measured[] {
  let line: readonly string[];
  try {
    line = command();
  } catch (error) {
    process.stderr.write(`✖ ${name} is LEFT OUT: ${(error as Error).message}\n`);
    return [];
  }
  process.stderr.write(`… ${name}\n`);
  const [program = "", ...args] = hasTaskset ? ["taskset", "-c", "0", ...line] : line;
  const { status, stdout, stderr } = spawnSync(
    program,
    [...args, folder, String(warmUp), String(seconds)],
    { encoding: "utf8" },
  );
  if (status !== 0) {
    process.stderr.write(
      `✖ ${name} is LEFT OUT: it ended with ${status}\n${stderr.slice(-2000)}\n`,
    );
    return [];
  }
  const lines = stdout
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .map((text) => JSON.parse(text) as Figure & { peakMb?: number });
  const peakMb = lines.find((each) => each.peakMb !== undefined)?.peakMb ?? 0;
  return lines
    .filter((each) => each.peakMb === undefined)
    .map((figure) => ({ ...figure, name: figure.peer ?? name, peakMb }));
}

/** `58,042 (1.0)`: messages per second, and how many times as many ours are. */
function cell(all: readonly Measured[], name: string, task: string, message: string): string {
  const of = (wanted: string): number | undefined =>
    all.find((each) => each.name === wanted && each.task === task && each.message === message)
      ?.perSecond;
  const [own, theirs] = [of(OURS), of(name)];
  if (theirs === undefined) return "";
  const rate = theirs.toLocaleString("en", { maximumFractionDigits: theirs < 10 ? 1 : 0 });
  return name === OURS || own === undefined ? rate : `${rate} (÷${(own / theirs).toFixed(1)})`;
}

const OURS = peers[0]?.name ?? "";
const all = peers.flatMap(measure);
rmSync(folder, { recursive: true });
const tasks = ["parse", "convert", "validate"].flatMap((task) =>
  MESSAGE_NAMES.map((message) => [task, message] as const),
);
const titles = tasks.map(([task, message]) => `${TITLES[task]} ${message}`);
console.log(`\n| messages/s on one core | ${titles.join(" | ")} | peak MB |`);
console.log(`|---|${"--:|".repeat(tasks.length + 1)}`);
for (const name of new Set(all.map((each) => each.name))) {
  const cells = tasks.map(([task, message]) => cell(all, name, task, message));
  const peak = all.find((each) => each.name === name)?.peakMb ?? 0;
  console.log(`| ${name} | ${cells.join(" | ")} | ${peak.toFixed(0)} |`);
}
