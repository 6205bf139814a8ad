import assert from "node:assert/strict";
import { test } from "node:test";
import { list, members, nothing, oneOf, text, unreadable, whole } from "./readable.ts";

const task = members({ id: whole, state: oneOf("RUNNING", "FAILED") }, { trace: text });
const answer = (body: unknown) => ({ status: 200, headers: {}, text: JSON.stringify(body) });

test("a tool reads what has its members, and ignores others", () => {
  const tasks = [{ id: 0, state: "RUNNING", worker_id: "a:1" }];

  assert.deepEqual(unreadable(answer(tasks), list(task)), []);
  assert.deepEqual(unreadable({ status: 204, headers: {}, text: "" }, nothing), []);
});

test("a missing member, another type and an unknown word cannot be read", () => {
  const tasks = [
    { id: "0", state: "RUNNING" },
    { state: "STOPPED", id: 1, trace: null },
    { id: 2 },
  ];

  assert.deepEqual(unreadable(answer(tasks), list(task)), [
    "/0/id must be integer",
    "/1/state must be equal to one of the allowed values",
    "/1/trace must be string",
    "/2 must have required property 'state'",
  ]);
  assert.equal(unreadable({ status: 200, headers: {}, text: "<html>" }, list(task)).length, 1);
  assert.equal(unreadable(answer([]), nothing).length, 1);
});
