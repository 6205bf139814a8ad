import assert from "node:assert/strict";
import { test } from "node:test";
import { getLogger, setLevel } from "../../logging/index.ts";
import { ask } from "#test/support/ask";
import { serve, testRows } from "../fixtures/rest-rows.ts";

// Levels belong to the process, so these loggers are this file's own.
getLogger("fixture.one");
getLogger("fixture.two.deep");
getLogger("fixtureless");
const path = "/admin/loggers/fixture";

testRows("wrong levels and unknown loggers are refused", [
  {
    path: "/admin/loggers/nobody",
    status: 404,
    answer: "Logger nobody not found.",
  },
  {
    method: "PUT",
    path,
    body: {},
    status: 400,
    answer: "Desired 'level' parameter was not specified in request.",
  },
  {
    method: "PUT",
    path,
    body: { level: null },
    status: 400,
    answer: "Desired 'level' parameter was not specified in request.",
  },
  {
    method: "PUT",
    path,
    body: { level: "loud" },
    status: 404,
    answer: "invalid log level 'loud'.",
  },
  { method: "PUT", path, status: 500, answer: /^Cannot deserialize value of type/ },
  {
    path: "/admin/loggers/fixture.one",
    status: 200,
    answer: { level: "INFO", last_modified: null },
  },
]);

test("a level is set for a logger and for all below it, and those that changed are named", async (t) => {
  const { url } = await serve(t);
  const before = Date.now();

  const set = await ask(url, { method: "PUT", path, body: { level: "debug" } });
  const shown = await ask(url, { path: "/admin/loggers/fixture.two.deep" });
  const all = await ask(url, { path: "/admin/loggers" });

  assert.equal(set.status, 200);
  assert.deepEqual(JSON.parse(set.text), ["fixture", "fixture.one", "fixture.two.deep"]);
  const { level, last_modified: lastModified } = JSON.parse(shown.text) as {
    level: string;
    last_modified: number;
  };
  assert.equal(level, "DEBUG");
  assert.ok(lastModified >= before && lastModified <= Date.now());
  const names = Object.keys(JSON.parse(all.text) as object);
  assert.deepEqual(names, names.toSorted());
  assert.ok(names.includes("root") && names.includes("fixture.one"));
});

test("setting the level that a logger has keeps its time", async (t) => {
  const { url } = await serve(t);
  getLogger("kept.one");
  setLevel("kept.one", "WARN", 1000);

  const set = await ask(url, {
    method: "PUT",
    path: "/admin/loggers/kept.one?scope=worker",
    body: { level: "WARN" },
  });
  const shown = await ask(url, { path: "/admin/loggers/kept.one" });

  assert.deepEqual(JSON.parse(set.text), []);
  assert.deepEqual(JSON.parse(shown.text), { level: "WARN", last_modified: 1000 });
});

test("scope=cluster is answered with 204, and the level is set", async (t) => {
  const { url } = await serve(t);

  const set = await ask(url, {
    method: "PUT",
    path: "/admin/loggers/clustered?scope=cluster",
    body: { level: "ERROR" },
  });
  const shown = await ask(url, { path: "/admin/loggers/clustered" });

  assert.equal(set.status, 204);
  assert.equal(set.text, "");
  assert.equal((JSON.parse(shown.text) as { level: string }).level, "ERROR");
});
