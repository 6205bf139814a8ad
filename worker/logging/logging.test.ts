import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError } from "#connect-api";
import { describeError, errorMessage, getLogger, levelOf, setLevel } from "./index.ts";

test("our own errors are shown with code, message and stack", () => {
  const error = new DataError("NO_MSH_9", "MSH-9 names no trigger event");

  assert.equal(errorMessage(error), "MSH-9 names no trigger event");
  assert.match(describeError(error), /^DataError NO_MSH_9: MSH-9 names no trigger event\n\s+at /);
});

test("of a foreign error only class and code are shown, wherever in the chain it stands", () => {
  const foreign = Object.assign(new Error("Invented^Name\nInvented street\n    at home"), {
    code: "EPIPE",
  });

  assert.equal(errorMessage(foreign), "Error EPIPE");
  for (const error of [foreign, new DataError("X", "Why", { cause: foreign })]) {
    assert.doesNotMatch(describeError(error), /Invented/);
    assert.match(describeError(error), /Error EPIPE/);
  }
});

test("a code that is no code, and what is no error, show nothing", () => {
  assert.equal(errorMessage(Object.assign(new Error("x"), { code: "Invented Name" })), "Error");
  assert.equal(errorMessage("Invented"), "string");
  assert.equal(describeError({ name: "Invented" }), "object");
});

test("a chain of causes that never ends is cut", () => {
  const error = new Error("a");
  error.cause = error;

  assert.ok(describeError(error).split("Caused by").length <= 5);
});

test("a level holds for all loggers below a name, until one has its own", () => {
  getLogger("tested.part.one");

  const affected = setLevel("tested.part", "DEBUG", 5);

  assert.deepEqual(affected, ["tested.part", "tested.part.one"]);
  assert.deepEqual(levelOf("tested.part.one"), { level: "DEBUG", lastModified: 5 });
  assert.equal(levelOf("tested.part.later").level, "DEBUG");
  setLevel("tested.part.one", "ERROR", 6);
  setLevel("tested.part.one", "ERROR", 7);
  assert.deepEqual(levelOf("tested.part.one"), { level: "ERROR", lastModified: 6 });
});
