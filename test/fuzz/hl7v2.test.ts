import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMessage } from "./check-hl7v2.ts";
import { LARGE_KINDS, largeMessage, mutatedMessage } from "./mutate-hl7v2.ts";
import { originals } from "./originals.ts";

/** The long form is `npm run test:fuzz-hl7v2`. */
const COUNT = 2000;

test(`${COUNT} mutated messages crash nothing, lose nothing and make no invalid resource`, (t) => {
  const sources = originals();
  const problems = new Set<string>();
  let [parsed, resources] = [0, 0];
  for (let nth = 0; nth < COUNT; nth += 1) {
    const outcome = checkMessage(mutatedMessage(sources, 4711, nth));
    if (outcome.isParsed) parsed += 1;
    resources += outcome.resources;
    for (const problem of outcome.problems) problems.add(`${nth}: ${problem}`);
  }
  t.diagnostic(`${parsed} read, ${resources} resources, ${sources.length} originals`);

  assert.deepEqual([...problems], []);
  assert.ok(parsed > COUNT / 2);
});

test("large messages of any kind go all the way without a hang", () => {
  for (let kind = 0; kind < LARGE_KINDS; kind += 1) {
    const { problems, readMs } = checkLarge(kind);

    assert.deepEqual(problems, [], `${kind}`);
    // A deadline for a hang, not a measurement: it takes some tens of milliseconds.
    assert.ok(readMs < 30_000, `${kind} took ${readMs} ms`);
  }
});

function checkLarge(kind: number): ReturnType<typeof checkMessage> {
  return checkMessage(largeMessage(200_000, kind));
}
