import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "./fixtures/task-harness.ts";

/** Starts the command line with these settings and files; `ready` is its address, if it gets that far. */
function startMain(t: TestContext, settings: string, ...connectors: readonly string[]) {
  const directory = temporaryDirectory(t);
  const write = (name: string, content: string): string => {
    const file = join(directory, name);
    writeFileSync(file, content);
    return file;
  };
  const workerFile = write(
    "worker.properties",
    settings.replaceAll("DIR", join(directory, "log").replaceAll("\\", "/")),
  );
  const connectorFiles = connectors.map((content, index) => write(`c${index}.json`, content));
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "worker/main.ts", workerFile, ...connectorFiles],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let stdout = "";
  let stderr = "";
  const ended = once(child, "close").then(([code]) => ({ code: code as number, stdout, stderr }));
  const ready = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
      const url = /ready at (http\S+)/.exec(stdout)?.[1];
      if (url) resolve(url);
    });
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { ready, ended, signal: (name: NodeJS.Signals) => child.kill(name) };
}

const SETTINGS = `
bootstrap.servers=embedded:DIR
key.converter=StringConverter
value.converter=StringConverter
listeners=http://127.0.0.1:0
`;

test("a worker says where it is, takes a connector file, and ends with 0 at SIGTERM", async (t) => {
  const { ready, ended, signal } = startMain(
    t,
    SETTINGS,
    JSON.stringify({
      name: "stream",
      config: { "connector.class": "TopicStreamConnector", topics: "in" },
    }),
  );

  const url = await ready;
  let names: unknown = [];
  while (JSON.stringify(names) !== '["stream"]') {
    names = await (await fetch(`${url}/connectors`)).json();
  }
  signal("SIGTERM");

  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.equal(stdout.trim().split("\n").length, 1);
});

test("a connector file may say in which state a new connector begins", async (t) => {
  const { ready } = startMain(
    t,
    SETTINGS,
    JSON.stringify({
      name: "stream",
      config: { "connector.class": "TopicStreamConnector", topics: "in" },
      initial_state: "stopped",
    }),
  );

  const url = await ready;
  let status = "";
  while (!status.includes('"type"')) {
    status = await (await fetch(`${url}/connectors/stream/status`)).text();
  }

  assert.match(status, /"connector":\{"state":"STOPPED".*"tasks":\[\]/);
});

test("a setting that nobody reads is warned of by its name alone", async (t) => {
  const { ended, ready, signal } = startMain(t, `${SETTINGS}sasl_jaas_config=secret\n`);
  await ready;
  signal("SIGTERM");

  const { stdout, stderr } = await ended;

  assert.match(stdout + stderr, /SETTING_UNKNOWN.*sasl_jaas_config/);
  assert.doesNotMatch(stdout + stderr, /secret/);
});

test("wrong settings end it with 1 and every error at once", async (t) => {
  const { ended } = startMain(
    t,
    "bootstrap.servers=embedded:DIR\noffset.flush.interval.ms=soon\nkey.converter=StringConverter\n",
  );

  const { code, stderr } = await ended;

  assert.equal(code, 1);
  assert.match(stderr, /Missing required configuration "value\.converter"/);
  assert.match(stderr, /offset\.flush\.interval\.ms: Not a number of type LONG/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test("a REST address in use ends it with 1 and a sentence that says what to do", async (t) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { ended } = startMain(
    t,
    `${SETTINGS.replace("listeners=http://127.0.0.1:0", "")}listeners=http://127.0.0.1:${port}\n`,
  );

  const { code, stderr } = await ended;

  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port} \\(EADDRINUSE\\)`));
});

for (const [what, content, message] of [
  ["is no JSON", "{", /not valid JSON/],
  ["names no connector", '{"config":{"topics":"in"}}', /names no connector/],
  [
    "has an invalid config",
    '{"name":"c","config":{"connector.class":"TopicStreamConnector"}}',
    /Must configure one of topics or topics\.regex/,
  ],
  [
    "has no such state",
    '{"name":"c","config":{},"initial_state":"ASLEEP"}',
    /initial_state is one of RUNNING, PAUSED, STOPPED/,
  ],
] as const) {
  test(`a connector file that ${what} ends it with 3`, async (t) => {
    const { ended } = startMain(t, SETTINGS, content);

    const { code, stderr } = await ended;

    assert.equal(code, 3);
    assert.match(stderr, message);
  });
}
