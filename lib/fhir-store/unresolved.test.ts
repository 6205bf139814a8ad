import assert from "node:assert/strict";
import { test } from "node:test";
import { Unresolved } from "./unresolved.ts";

const waiting = (key: string, ...references: readonly string[]) => ({
  write: {
    key,
    method: "PUT" as const,
    resourceType: "X",
    body: JSON.stringify(references.map((reference) => ({ reference }))),
    version: "",
    bytes: 0,
    origin: undefined,
  },
  tries: 0,
  referenceSince: 0,
  referenceTries: 1,
});

test("a circle is what is reached and leads back; what only hangs on it is none of it", () => {
  const unresolved = new Unresolved();
  unresolved.add(waiting("A/1", "B/1", "X/9"));
  unresolved.add(waiting("B/1", "C/1"));
  unresolved.add(waiting("C/1", "A/1"));
  unresolved.add(waiting("D/1", "A/1"));

  assert.deepEqual(unresolved.circleOf("A/1").toSorted(), ["A/1", "B/1", "C/1"]);
  assert.deepEqual(unresolved.circleOf("D/1"), []);
  assert.deepEqual(unresolved.waitingFor("A/1").toSorted(), ["C/1", "D/1"]);
  unresolved.delete("B/1");
  assert.deepEqual(unresolved.circleOf("A/1"), []);
});

test("a resource that refers to itself is no circle", () => {
  const unresolved = new Unresolved();
  unresolved.add(waiting("A/1", "A/1"));

  assert.deepEqual(unresolved.circleOf("A/1"), []);
});
