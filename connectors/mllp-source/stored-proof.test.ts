import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { accepted } from "./answer.ts";
import type { AnswerTo } from "./answer.ts";
import { StoredProof } from "./stored-proof.ts";

const to: AnswerTo = { payload: new Uint8Array(), header: undefined, plan: { kind: "original" } };

test("R1: no positive answer compiles without a proof that only a commit gives", () => {
  // Each of these lines is an error for the compiler; were it not, `npm run check` would fail here.
  const forged: readonly (() => unknown)[] = [
    // @ts-expect-error a proof is needed
    () => accepted(to),
    // @ts-expect-error an object of the same shape is no proof
    () => accepted(to, { isConfirmed: true }),
    // @ts-expect-error what commitRecord gives for a record that is not stored is no confirmation
    () => StoredProof.ofCommit(null),
    // @ts-expect-error nobody else makes one
    () => new StoredProof(),
  ];

  assert.equal(forged.length, 4);
});

test("R1: one file builds answers, and one place makes proofs of commits", () => {
  const folder = import.meta.dirname;
  const files = readdirSync(folder).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const having = (text: string): string[] =>
    files.filter((name) => readFileSync(join(folder, name), "utf8").includes(text));

  assert.deepEqual(having("ackMessage("), ["answer.ts"]);
  assert.deepEqual(having("StoredProof.ofCommit("), ["task.ts"]);
  assert.deepEqual(having("StoredProof.ofStoredOffset("), ["seen-messages.ts"]);
});
