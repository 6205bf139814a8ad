import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeWithoutTexts } from "./operation-outcome.ts";
import { isNewer } from "#lib/fhir";
import { storedVersion, withSourceVersion } from "./source-version.ts";
import { retryAfterOf, verdictOf } from "./verdict.ts";
import type { Asked } from "./verdict.ts";

const headers = (all: Readonly<Record<string, string>>) => (name: string) => all[name];

test("AZ-2 of both throttling headers the larger one counts", () => {
  const both = { "retry-after": "2", "x-ms-retry-after-ms": "3500" };

  assert.equal(retryAfterOf(headers(both)), 3500);
  assert.equal(retryAfterOf(headers({ ...both, "retry-after": "7" })), 7000);
  assert.equal(retryAfterOf(headers({})), undefined);
});

test("Retry-After may be a date; one that has passed is no pause", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const at = (text: string) => retryAfterOf(headers({ "retry-after": text }), () => now);

  assert.equal(at("Thu, 01 Jan 2026 00:00:30 GMT"), 30_000);
  assert.equal(at("Wed, 31 Dec 2025 00:00:00 GMT"), undefined);
  assert.equal(at("soon"), undefined);
});

const put: Asked = { method: "PUT" };
const missing = {
  issue: [
    {
      code: "processing",
      diagnostics: "Resource Patient/x not found, specified in path: Observation.subject",
    },
  ],
};
const verdicts: readonly [number, Asked, string, object?][] = [
  [200, put, "done"],
  [201, put, "done"],
  [304, put, "done"],
  [404, { method: "DELETE" }, "done"],
  [410, { method: "DELETE" }, "done"],
  [400, put, "refused"],
  [422, put, "refused"],
  [400, put, "missing-reference", missing],
  [409, put, "missing-reference", missing],
  [400, put, "throttled", { issue: [{ code: "throttled" }] }],
  [400, put, "too-large", { issue: [{ code: "too-costly" }] }],
  [401, put, "unauthorized"],
  [403, put, "setup"],
  [404, put, "setup"],
  [404, { ...put, hasIfMatch: true }, "conflict"],
  [405, put, "setup"],
  [408, put, "retry"],
  [409, put, "conflict"],
  [412, { ...put, hasIfMatch: true }, "conflict"],
  [412, { ...put, isConditional: true }, "refused"],
  [413, put, "too-large"],
  [429, put, "throttled"],
  [500, put, "retry"],
  [501, put, "setup"],
  [502, put, "retry"],
  [503, put, "throttled"],
  [302, put, "setup"],
];
for (const [status, asked, kind, outcome] of verdicts) {
  const detail = `${JSON.stringify(asked)}${outcome ? " with an outcome" : ""}`;
  test(`${status} to ${detail} is ${kind}`, () => {
    assert.equal(verdictOf({ status, outcome }, asked).kind, kind);
  });
}

test("of an OperationOutcome only known codes and plain element paths are repeated", () => {
  const outcome = {
    issue: [
      {
        code: "required",
        diagnostics: "MARKER",
        details: { text: "MARKER" },
        expression: ["Patient.name[0].family", "Patient.identifier.where(value='MARKER')"],
      },
      { code: "MARKER" },
    ],
  };

  assert.equal(outcomeWithoutTexts(outcome), "required at Patient.name[0].family");
  assert.equal(outcomeWithoutTexts("MARKER"), "");
});

test("a source version goes into a resource without touching anything else", () => {
  const cases = [
    `{"resourceType":"Patient","id":"a","x":7.10}`,
    `{"resourceType":"Patient","id":"a","extension":[{"url":"u","valueDecimal":7.10}]}`,
    `{"resourceType":"Binary","id":"a","contentType":"text/plain"}`,
  ];
  for (const text of cases) {
    const once = withSourceVersion(text, JSON.parse(text) as object, "1 a");
    const twice = withSourceVersion(once, JSON.parse(once) as object, "2 b");

    assert.equal(storedVersion(JSON.parse(once)), "1 a");
    assert.equal(storedVersion(JSON.parse(twice)), "2 b");
    if (text.includes("7.10")) assert.match(twice, /7\.10/);
    assert.equal(twice.match(/source-version/g)?.length, 1);
  }
});

test("a number of a version counts only when both states have one", () => {
  const rank = (number: number) => String(number).padStart(18, "0");

  assert.ok(isNewer(`${rank(10)} 2026-01-01`, `${rank(9)} 2026-01-02`));
  assert.ok(isNewer(`${rank(0)} 2026-01-02`, `${rank(9)} 2026-01-01`));
  assert.ok(!isNewer(`${rank(9)} 2026-01-01`, `${rank(9)} 2026-01-01`));
});
