import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { runCommandLine } from "./command-line.ts";
import { runCli, startCli } from "./fixtures/run-cli.ts";

/** In this process: commands that only talk. */
async function talk(args: readonly string[]) {
  const said = { stdout: "", stderr: "" };
  const exitCode = await runCommandLine(args, {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
  });
  return { exitCode, ...said };
}

const commands = [
  "topics list",
  "topics read",
  "replay",
  "connectors list",
  "connectors create",
  "connectors status",
  "connectors restart",
  "connectors pause",
  "connectors resume",
  "connectors stop",
  "connectors delete",
  "schema plan",
  "schema register",
  "schema check",
  "hl7 convert",
  "hl7 generate",
  "hl7 parse",
  "hl7 send",
  "hl7 validate",
];

const namesIn = (help: string): (string | undefined)[] =>
  [...help.matchAll(/^ {2}(\w+(?: \w+)?) {2,}\S/gm)].map(([, name]) => name);

test("the help names every command", async (t) => {
  assert.deepEqual(namesIn((await runCli(t, [])).stdout), commands);
  for (const args of [[], ["--help"], ["-h"], ["help"]]) {
    const { exitCode, stdout, stderr } = await talk(args);

    assert.equal(exitCode, 0);
    assert.equal(stderr, "");
    assert.deepEqual(namesIn(stdout), commands);
  }
});

test("the help of a group names its commands alone", async () => {
  const { exitCode, stdout } = await talk(["schema", "--help"]);

  assert.equal(exitCode, 0);
  assert.deepEqual(namesIn(stdout), ["schema plan", "schema register", "schema check"]);
});

for (const name of commands) {
  test(`${name} tells its usage on stdout`, async () => {
    const { exitCode, stdout } = await talk([...name.split(" "), "-h"]);

    assert.equal(exitCode, 0);
    assert.match(stdout, new RegExp(`^usage: ${name} \\S.*\\n$`));
  });
}

const misunderstood: readonly (readonly [args: string, says: RegExp])[] = [
  ["fly away", /^There is no command "fly away"\n\nusage: /],
  ["topics", /^There is no command "topics"\n\nusage: npm run cli -- topics <command>/],
  ["topics read", /^One topic is needed\nusage: topics read TOPIC/],
  ["topics read a b", /^One topic is needed\n/],
  ["topics read a --max many", /^--max takes a whole number\nusage: topics read/],
  ["topics list --loud", /--loud.*\nusage: topics list/s],
  ["connectors status", /^One connector name is needed\nusage: connectors status NAME/],
  ["connectors create", /^One file is needed\n/],
  ["hl7 generate --count x", /^--count takes a whole number\n/],
  ["hl7 generate --seed -1", /\nusage: hl7 generate/],
  ["hl7 generate --format xml", /^--format is hl7, ndjson or mllp\n/],
  ["hl7 convert", /^A file, or -, is needed\n/],
  ["hl7 convert a.hl7 --bundle zip", /^--bundle takes transaction or message\n/],
  ["hl7 parse", /^A file, or -, is needed\n/],
  ["hl7 send a.hl7", /^A file and --to HOST:PORT are needed\n/],
  ["hl7 send a.hl7 --to nowhere", /^A file and --to HOST:PORT are needed\n/],
];

for (const [args, says] of misunderstood) {
  test(`"${args}" is not understood, which ends with 2 and its usage`, async () => {
    const { exitCode, stdout, stderr } = await talk(args.split(" "));

    assert.equal(exitCode, 2);
    assert.match(stderr, says);
    assert.equal(stdout, "");
  });
}

test("the program ends with the command line's exit code, and words go to stderr", async (t) => {
  const { exitCode, stdout, stderr } = await runCli(t, ["fly", "away"]);

  assert.equal(exitCode, 2);
  assert.match(stderr, /^There is no command "fly away"/);
  assert.equal(stdout, "");
});

const impossible: readonly (readonly [args: string, says: string])[] = [
  [
    "topics list --worker /none/worker.properties",
    "The worker file /none/worker.properties cannot be read",
  ],
  ["topics list --bootstrap embedded:/none", "There is no embedded log in /none"],
  ["connectors create /none/a.json", "The file /none/a.json cannot be read"],
  ["hl7 parse /none/a.hl7", "The file /none/a.hl7 cannot be read"],
  ["hl7 parse package.json", "No message begins with an MSH segment"],
  ["hl7 send package.json --to 127.0.0.1:1", "No message begins with an MSH segment"],
];

test("what cannot be done ends with 1, and one sentence", { concurrency: 2 }, async (parent) => {
  await Promise.all(
    impossible.map(([args, says]) =>
      parent.test(args, async (t) => {
        const { exitCode, stdout, stderr } = await runCli(t, args.split(" "));

        assert.equal(exitCode, 1);
        assert.equal(stderr, `${says}\n`);
        assert.equal(stdout, "");
      }),
    ),
  );
});

test("a reader that has seen enough ends the command without an error", async (t) => {
  const { child, result } = startCli(t, ["hl7", "generate", "--count", "1000000"]);
  // Its output is cut off, which is what this test is about.
  result.catch(() => {});
  const exited = once(child, "exit");

  await once(child.stdout, "data");
  child.stdout.destroy();

  assert.deepEqual(await exited, [0, null]);
});
