// A million frames for the MLLP source, cut, fused and littered: framing, judgement and answer.
//
//   npm run test:fuzz-mllp [-- --count 1000000 --seed 1 --seconds 3000]
//
// No crash, no fused or cut message, no whole message lost, no answer that is more than one, memory flat. Exit 1 when
// something did not hold.
import { parseArgs } from "node:util";
import { checkStream, fuzzStream } from "./check-mllp.ts";
import { originals } from "./originals.ts";
import { Random } from "./random.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "3000" },
  },
});
const [count, seed, seconds] = [values.count, values.seed, values.seconds].map(Number) as [
  number,
  number,
  number,
];
const FRAMES_OF_STREAM = 50;
const sources = originals();
const random = new Random(seed);
const found = new Map<string, number[]>();
const startedAt = performance.now();
let [frames, whole, bytes] = [0, 0, 0];
let heapAtTenth = 0;
/** What is in use, without what the garbage collector has not taken yet. */
const heapBytes = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
while (frames < count && performance.now() - startedAt < seconds * 1000) {
  const stream = fuzzStream(sources, seed, frames, FRAMES_OF_STREAM, random);
  for (const problem of checkStream(stream, random)) {
    const examples = found.get(problem) ?? [];
    if (examples.length < 3) examples.push(frames);
    found.set(problem, examples);
  }
  frames += stream.frames;
  whole += stream.whole.length;
  bytes += stream.bytes.length;
  if (heapAtTenth === 0 && frames >= count / 10) heapAtTenth = heapBytes();
  if (frames % 50_000 === 0) console.error(`${frames} frames, ${found.size} problems`);
}
const mib = (value: number): number => Math.round(value / 1024 / 1024);
console.log(
  `${frames} frames (seed ${seed}), ${whole} of them whole messages, ${mib(bytes)} MiB, ` +
    `${Math.round((performance.now() - startedAt) / 1000)} s; heap ${mib(heapAtTenth)} MiB after a tenth, ${mib(heapBytes())} MiB at the end`,
);
for (const [problem, examples] of found)
  console.log(`from frame ${examples.join(", ")}: ${problem}`);
process.exitCode = found.size === 0 ? 0 : 1;
