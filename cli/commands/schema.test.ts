import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { runCli } from "../fixtures/run-cli.ts";

function workFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "schemas-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "connectors"));
  writeFileSync(
    join(folder, "connectors", "warehouse.json"),
    JSON.stringify({
      name: "warehouse",
      config: { topics: "patients", columns: "id,birthDate", "connector.class": "X" },
    }),
  );
  writeFileSync(
    join(folder, "connectors", "store.json"),
    JSON.stringify({ name: "store", config: { "topics.regex": "pat.*" } }),
  );
  return folder;
}

function person(fields: readonly object[]): string {
  return JSON.stringify({ type: "record", name: "Person", namespace: "x", fields });
}
const id = { name: "id", type: "string" };
const birthDate = { name: "birthDate", type: ["null", "string"], default: null };
const gender = { name: "gender", type: ["null", "string"], default: null };

test("S-5: plan prints each path, its class and who reads it; register refuses an unplanned major", async (t) => {
  const folder = workFolder(t);
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const [v1, minor, major] = [
    file("1.avsc", person([id, birthDate])),
    file("2.avsc", person([id, birthDate, gender])),
    file("3.avsc", person([id, gender])),
  ];
  const common = [
    "--subject",
    "patients-value",
    "--registry",
    `embedded:${join(folder, "registry")}`,
    "--connectors",
    join(folder, "connectors"),
  ];
  const run = (...words: string[]) => runCli(t, [...words, ...common]);

  const first = await run("schema", "register", v1);
  assert.deepEqual(
    [first.exitCode, first.stdout],
    [0, '{"subject":"patients-value","version":1,"id":1}\n'],
  );

  const plan = await run("schema", "plan", minor);
  assert.equal(plan.exitCode, 0);
  assert.equal(
    plan.stdout,
    `patients-value (AVRO) after version 1: minor
  + gender: a field with a default was added
      read by store (whole records), warehouse (whole records)
`,
  );
  assert.equal((await run("schema", "register", minor)).exitCode, 0);

  const refusal = await run("schema", "plan", major);
  assert.equal(refusal.exitCode, 1);
  assert.equal(
    refusal.stdout,
    `patients-value (AVRO) after version 2: major, REFUSED
  ! birthDate: the field was removed
      read by store (whole records), warehouse (columns)
  a major change needs major version 2 (--major), or a new subject
`,
  );
  assert.equal((await run("schema", "register", major)).exitCode, 1);

  const forced = await run("schema", "register", major, "--major");
  assert.equal(forced.exitCode, 0, forced.stderr);
  const next = await run("schema", "plan", v1, "--json");
  assert.deepEqual(
    (JSON.parse(next.stdout) as { class: string; refused: boolean }[]).map((each) => [
      each.class,
      each.refused,
    ]),
    [["major", true]],
  );
});

test("S-5: check passes on this repository, and fails when a released element is gone", async (t) => {
  const folder = workFolder(t);
  const good = await runCli(t, ["schema", "check"]);
  assert.deepEqual([good.exitCode, good.stdout], [0, ""], good.stderr);

  const released = join(folder, "released");
  cpSync(
    "schemas/released/avro/healthcare.fhir.task-value",
    join(released, "avro/healthcare.fhir.task-value"),
    {
      recursive: true,
    },
  );
  const task = JSON.parse(readFileSync("schemas/fhir/avro/Task.avsc", "utf8")) as {
    fields: { name: string }[];
  };
  const current = join(folder, "Task.avsc");
  const fields = task.fields.filter(({ name }) => name !== "focus");
  writeFileSync(current, JSON.stringify({ ...task, fields }));
  const subject = {
    subject: "healthcare.fhir.task-value",
    schemaType: "AVRO",
    current,
    majors: [1],
  };
  writeFileSync(join(released, "subjects.json"), JSON.stringify([subject]));

  const bad = await runCli(t, ["schema", "check", "--released", released]);

  assert.equal(bad.exitCode, 1);
  assert.match(bad.stdout, /! focus: the field was removed/);
  assert.match(bad.stderr, /Refused: healthcare\.fhir\.task-value/);
});
