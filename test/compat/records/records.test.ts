import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerMissingError } from "../../servers/kafka-jars.ts";
import { allCases } from "./cases.ts";
import { compare } from "./compare.ts";
import type { Difference } from "./compare.ts";
import { differences } from "./differences.ts";
import { onKafka } from "./on-kafka.ts";
import { onOurs } from "./on-ours.ts";
import type { CaseResult, Outcome } from "./record-case.ts";

// The same records through the same chains: on the classes of Apache Kafka Connect itself, and on this
// worker. Both are compared byte for byte: key, value, headers, timestamp, topic, errors, dead letters.

/** All of them with `npm run test:compat`; with `npm test` every so many, of every kind. */
const isFull = process.env["COMPAT"] === "full";
const STEP = 7;
const cases = isFull ? allCases : allCases.filter((_, place) => place % STEP === 0);

function kafkaResults(): readonly CaseResult[] | string {
  try {
    return onKafka(cases);
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    return `NOT RUN against Apache Kafka Connect: ${error.message}`;
  }
}

const kafka = kafkaResults();
const skip = typeof kafka === "string" ? kafka : false;
const fromKafka = typeof kafka === "string" ? [] : kafka;
const fromOurs = typeof kafka === "string" ? [] : await onOurs(cases);

function show({ name, index, what, kafka: theirs, ours, given }: Difference): string {
  return `${name} [record ${index}] ${what}\n  given ${given}\n  kafka ${theirs}\n  ours  ${ours}`;
}

test("chains make of records what they make of them on Kafka Connect", { skip }, (t) => {
  const found = compare(cases, fromKafka, fromOurs);

  const unexplained = found.filter(({ accepted }) => accepted === undefined);
  t.diagnostic(
    `${cases.length} chains, ${found.length} differences, ${unexplained.length} unexplained`,
  );
  assert.deepEqual(unexplained.slice(0, 10).map(show), []);
});

test("every accepted difference is still one", { skip }, (t) => {
  if (!isFull) return t.diagnostic("only asked of all cases: npm run test:compat");
  const found = compare(cases, fromKafka, fromOurs);

  const seen = new Set(found.map(({ accepted }) => accepted));
  assert.deepEqual(
    differences.map(({ title }) => title).filter((title) => !seen.has(title)),
    [],
  );
});

test("the comparison sees a changed value, header, stage and dead letter", { skip }, () => {
  const change = (
    pick: (result: CaseResult) => boolean,
    changed: (result: CaseResult) => object,
  ) => {
    const index = fromOurs.findIndex(pick);
    const results = fromOurs.map((result, at) =>
      at === index ? { ...result, ...changed(result) } : result,
    );
    return compare(cases, fromKafka, results).filter(
      ({ name, accepted }) => name === cases[index]?.name && accepted === undefined,
    );
  };
  const first = (result: CaseResult, outcome: Outcome["outcome"]): boolean =>
    result.outcomes?.[0]?.outcome === outcome;

  const withFirst = (result: CaseResult, more: object) => ({
    outcomes: [{ ...result.outcomes?.[0], ...more }, ...(result.outcomes ?? []).slice(1)],
  });

  const stored = (result: CaseResult): boolean => first(result, "stored");
  const skipped = (result: CaseResult): boolean => first(result, "skipped");
  assert.equal(change(stored, (result) => withFirst(result, { value: "QUJD" })).length, 1);
  assert.equal(change(stored, (result) => withFirst(result, { headers: [] })).length, 1);
  assert.equal(change(skipped, (result) => withFirst(result, { stage: "X" })).length, 1);
  assert.equal(
    change(
      (result) => (result.deadLetters?.length ?? 0) > 0,
      ({ deadLetters = [] }) => ({ deadLetters: deadLetters.slice(1) }),
    ).length > 0,
    true,
  );
});
