import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Guide } from "./guide/cases.ts";
import { describe, parseCondition, testsWhenFalse, testsWhenTrue } from "./guide/condition.ts";
import type { Condition } from "./guide/condition.ts";
import { countsOf } from "./guide/report.ts";
import { runCodes, runRows, staleDifferences } from "./guide/run.ts";
import { guideFolder } from "./guide/tables.ts";

const folder = guideFolder();
const skip = folder === undefined && "CLINICAL_DATA is not set: the guide's tables were NOT read";

/** `| segment maps | 1055 | 157 | 0 | 898 |` of docs/conformance.md. */
function published(name: string): { readonly rows: number; readonly missing: number } {
  const row = new RegExp(`^\\| ${name} \\| (\\d+) \\| \\d+ \\| \\d+ \\| (\\d+) \\|$`, "m");
  const match = row.exec(readFileSync("docs/conformance.md", "utf8"));
  return { rows: Number(match?.[1]), missing: Number(match?.[2]) };
}

test("no more rows of the guide are missing than docs/conformance.md says", { skip }, (t) => {
  const guide = new Guide(folder ?? "");
  const rows = runRows(guide);
  const codes = runCodes(folder ?? "", guide);

  for (const kind of ["message", "segment", "data type"] as const) {
    const counts = countsOf(rows.filter((each) => each.kind === kind));
    const known = published(`${kind} maps`);
    t.diagnostic(`${kind} maps: ${JSON.stringify(counts)}`);
    assert.equal(counts.rows, known.rows);
    assert.ok(counts.missing <= known.missing, `${kind} maps: ${counts.missing} missing`);
  }
  const vocabulary = countsOf(codes);
  t.diagnostic(`vocabulary: ${JSON.stringify(vocabulary)}`);
  assert.equal(vocabulary.rows, 4763);
  assert.ok(vocabulary.missing <= published("vocabulary").missing);
  assert.deepEqual(staleDifferences(), []);
});

const said: readonly (readonly [text: string, meaning: string | undefined])[] = [
  ["IF PV1-20 VALUE", "PV1-20 valued"],
  ["IF PID-33 AND PID-34 VALUED", "(PID-33 valued and PID-34 valued)"],
  ["IF PRT-5 AND PRT-6 AREA NOT VALUED", "(PRT-5 not valued and PRT-6 not valued)"],
  ["IF PRT-9 VALUED OR IF PRT-14 VALUED", "(PRT-9 valued or PRT-14 valued)"],
  ['IF PRT-2 IS IN ("A", "S", "U", X")', "PRT-2 in A|S|U|X"],
  ['IF OBX-2 IN ("ST", "FT", "TX")', "OBX-2 in ST|FT|TX"],
  ['IF IAM-15 VALUED AND NOT "SEL"', "(IAM-15 valued and IAM-15 not in SEL)"],
  ["IF XCN.19 NOT VALUED XCN.20 NOT VALUED", "(XCN.19 not valued and XCN.20 not valued)"],
  ['IF OBX-5 LST.count LESS THAN OR EQUALS 1 OR OBX-2 IS "NA"', "(OBX-5 count=1 or OBX-2 in NA)"],
  ["IF PID-7 LENGTH GREATER THAN 8", "PID-7 longer"],
  ["IF TQ1-3.9 IS EMPTY", "TQ1-3.9 not valued"],
  ['IF HD-3 = "ISO"', "HD-3 in ISO"],
  ["IF NOT VALUED", " not valued"],
  [
    "IF PID-11 LST.COUNT EQUALS 1 AND PID-11.9 IS VALUED NOT EQUAL PID-12",
    "(PID-11 count=1 and PID-11.9 valued and PID-11.9 not in =PID-12)",
  ],
  ["ic", undefined],
];

test("conditions are read with all the slips of the guide's tables", () => {
  for (const [text, meaning] of said) {
    const condition = parseCondition(text);
    assert.equal(condition && describe(condition), meaning, text);
  }
});

test("a condition becomes tests that make it true, and nearly true", () => {
  const condition = parseCondition('IF ORC-2 VALUED AND (ORC-3 NOT VALUED OR ORC-4 IS "X")');
  const text = (tests: readonly Condition[]): string[] => tests.map(describe);

  assert.ok(condition);
  assert.deepEqual(text(testsWhenTrue(condition)), ["ORC-2 valued", "ORC-3 not valued"]);
  assert.deepEqual(text(testsWhenFalse(condition)), [
    "ORC-2 valued",
    "ORC-3 valued",
    "ORC-4 not in X",
  ]);
});
