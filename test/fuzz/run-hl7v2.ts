// A million mutated HL7 v2 messages: parse, groups, validation, answer, batch, edit, conversion, ValidateFhir.
//
//   npm run test:fuzz-hl7v2 [-- --count 1000000 --seconds 3000 --seed 1 --from 0]
//   npm run test:fuzz-hl7v2 -- --only 123          one message again, with its bytes
//
// No crash, no hang, no message lost in the groups, no output that fails validation or refers to nothing. Large messages
// are measured in milliseconds per megabyte. Exit 1 when something did not hold; at most a few examples of each are shown.
import { parseArgs } from "node:util";
import { checkMessage } from "./check-hl7v2.ts";
import { LARGE_KINDS, largeMessage, mutatedMessage } from "./mutate-hl7v2.ts";
import { originals } from "./originals.ts";
import { parseMessage, validateMessage } from "#lib/hl7v2";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    only: { type: "string" },
  },
});
const [count, seconds, seed, from] = [values.count, values.seconds, values.seed, values.from].map(
  Number,
) as [number, number, number, number];
const sources = originals();
const cpuMs = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
};

if (values.only !== undefined) {
  const bytes = mutatedMessage(sources, seed, Number(values.only));
  console.log(JSON.stringify(Buffer.from(bytes).toString("latin1")));
  console.log(checkMessage(bytes));
  process.exit(0);
}

/** Longer than this is a hang or close to one, for a message of at most 200 kB. */
const SLOW_MS = 1000;
const found = new Map<string, { times: number; examples: number[] }>();
let [parsed, converted, resources, done, worstMs, worst] = [0, 0, 0, 0, 0, 0];
const startedAt = performance.now();
for (let nth = from; nth < from + count; nth += 1) {
  const before = process.threadCpuUsage();
  const outcome = checkMessage(mutatedMessage(sources, seed, nth));
  const took = cpuMs(before);
  if (took > worstMs) [worstMs, worst] = [took, nth];
  const problems = took > SLOW_MS ? [...outcome.problems, `over ${SLOW_MS} ms`] : outcome.problems;
  for (const problem of problems) {
    const known = found.get(problem) ?? { times: 0, examples: [] };
    known.times += 1;
    if (known.times === 1) console.error(`--only ${nth}: ${problem}`);
    if (known.examples.length < 3) known.examples.push(nth);
    if (found.size < 1000) found.set(problem, known);
  }
  done += 1;
  if (outcome.isParsed) parsed += 1;
  if (outcome.resources > 0) converted += 1;
  resources += outcome.resources;
  if (done % 50_000 === 0) {
    const passed = Math.round((performance.now() - startedAt) / 1000);
    console.error(`${done} messages, ${passed} s, ${found.size} problems`);
  }
  if (performance.now() - startedAt > seconds * 1000) break;
}
console.log(
  `${done} messages (seed ${seed}, from ${from}): ${parsed} read, ${converted} converted to ${resources} resources; ` +
    `slowest ${worstMs.toFixed(0)} ms of CPU (${worst}); ${Math.round((performance.now() - startedAt) / 1000)} s`,
);
for (const [problem, { times, examples }] of [...found]
  .toSorted((a, b) => b[1].times - a[1].times)
  .slice(0, 60)) {
  console.log(`${times} times, such as --only ${examples.join(", ")}: ${problem}`);
}

console.log("Large messages, milliseconds of CPU per megabyte (median of five):");
const table: Record<string, Record<string, number>> = {};
for (let kind = 0; kind < LARGE_KINDS; kind += 1) {
  const bytes = largeMessage(1_000_000, kind);
  const megabytes = bytes.length / 1_000_000;
  const measure = (run: () => unknown): number => {
    const times = [1, 2, 3, 4, 5].map(() => {
      const before = process.threadCpuUsage();
      run();
      return cpuMs(before);
    });
    return Math.round(((times.toSorted((a, b) => a - b)[2] ?? 0) / megabytes) * 10) / 10;
  };
  table[`kind ${kind}`] = {
    parse: measure(() => parseMessage(bytes)),
    "parse and validate": measure(() => validateMessage(parseMessage(bytes), 2)),
  };
}
console.table(table);
process.exitCode = found.size === 0 ? 0 : 1;
