import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { runCli, temporaryFile } from "../fixtures/run-cli.ts";

interface Asked {
  readonly request: string;
  readonly body: string;
  readonly contentType: string | undefined;
}

/** A worker that gives one answer to everything, and notes what it was asked. */
async function fakeWorker(t: TestContext, status: number, answer: unknown) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    asked.push({
      request: `${request.method} ${request.url}`,
      body: await text(request),
      contentType: request.headers["content-type"],
    });
    const body = typeof answer === "string" ? answer : JSON.stringify(answer);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(answer === undefined ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
}

const state = (id: number, name: string) => ({ id, state: name, worker_id: "w" });
const status = {
  name: "adt",
  connector: { state: "RUNNING", worker_id: "w" },
  tasks: [state(0, "RUNNING"), state(1, "FAILED")],
  type: "source",
};

interface Row {
  readonly args: string;
  readonly request: string;
  readonly status: number;
  readonly answer?: unknown;
  readonly stdout?: string;
  readonly stderr?: string;
}

const printed = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const rows: readonly Row[] = [
  {
    args: "list",
    request: "GET /connectors?expand=status",
    status: 200,
    answer: { adt: { status }, new: {} },
    stdout: "adt\tRUNNING\t0:RUNNING 1:FAILED\nnew\t?\t\n",
  },
  {
    args: "list --json",
    request: "GET /connectors?expand=status",
    status: 200,
    answer: { adt: { status } },
    stdout: printed({ adt: { status } }),
  },
  {
    args: "status adt",
    request: "GET /connectors/adt/status",
    status: 200,
    answer: status,
    stdout: printed(status),
  },
  {
    args: "status lab/größe%",
    request: "GET /connectors/lab%2Fgr%C3%B6%C3%9Fe%25/status",
    status: 200,
    answer: status,
    stdout: printed(status),
  },
  {
    args: "restart adt",
    request: "POST /connectors/adt/restart?includeTasks=false&onlyFailed=false",
    status: 204,
    stderr: "adt: restart done\n",
  },
  {
    args: "restart adt --include-tasks --only-failed",
    request: "POST /connectors/adt/restart?includeTasks=true&onlyFailed=true",
    status: 202,
    answer: status,
    stdout: printed(status),
  },
  {
    args: "pause adt",
    request: "PUT /connectors/adt/pause",
    status: 202,
    stderr: "adt: pause done\n",
  },
  {
    args: "resume adt",
    request: "PUT /connectors/adt/resume",
    status: 202,
    stderr: "adt: resume done\n",
  },
  {
    args: "stop adt",
    request: "PUT /connectors/adt/stop",
    status: 204,
    stderr: "adt: stop done\n",
  },
  {
    args: "delete adt",
    request: "DELETE /connectors/adt",
    status: 204,
    stderr: "adt: delete done\n",
  },
];

test(
  "each command asks the worker once and shows its answer",
  { concurrency: 2 },
  async (parent) => {
    await Promise.all(
      rows.map((row) =>
        parent.test(`connectors ${row.args}`, async (t) => {
          const worker = await fakeWorker(t, row.status, row.answer);

          const result = await runCli(t, [
            "connectors",
            ...row.args.split(" "),
            "--url",
            worker.url,
          ]);

          assert.equal(result.stderr, row.stderr ?? "");
          assert.equal(result.stdout, row.stdout ?? "");
          assert.equal(result.exitCode, 0);
          assert.deepEqual(
            worker.asked.map(({ request }) => request),
            [row.request],
          );
        }),
      ),
    );
  },
);

test("create posts the file, or standard input, as it is", async (t) => {
  const file = `{"name": "adt",\n "config": {"tasks.max": 1.50}}`;
  const info = { name: "adt", config: {}, tasks: [], type: "source" };
  const worker = await fakeWorker(t, 201, info);
  const path = temporaryFile(t, "adt.json", file);

  const fromFile = await runCli(t, ["connectors", "create", path, "--url", worker.url]);
  const fromInput = await runCli(t, ["connectors", "create", "-", "--url", worker.url], file);

  for (const { stdout, exitCode } of [fromFile, fromInput]) {
    assert.equal(stdout, printed(info));
    assert.equal(exitCode, 0);
  }
  const asked = { request: "POST /connectors", body: file, contentType: "application/json" };
  assert.deepEqual(worker.asked, [asked, asked]);
});

test("what the worker refuses is told in its words", async (t) => {
  const message = "Connector configuration is invalid and contains the following 1 error(s):\nbad";
  const worker = await fakeWorker(t, 400, { error_code: 400, message });

  const { exitCode, stdout, stderr } = await runCli(
    t,
    ["connectors", "create", "-", "--url", worker.url],
    "{}",
  );

  assert.equal(exitCode, 1);
  assert.equal(stderr, `${message}\n`);
  assert.equal(stdout, "");
});

test("something else that answers is not taken for a worker", async (t) => {
  const page = await fakeWorker(t, 200, "<html>");
  const broken = await fakeWorker(t, 502, "<html>");

  const ofPage = await runCli(t, ["connectors", "list", "--url", page.url]);
  const ofBroken = await runCli(t, ["connectors", "list", "--url", broken.url]);

  assert.equal(ofPage.stderr, `What answers at ${page.url} is not a worker\n`);
  assert.equal(ofPage.exitCode, 1);
  assert.equal(ofBroken.stderr, "HTTP 502\n");
  assert.equal(ofBroken.exitCode, 1);
});

test("no worker at the address is said with what to do", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const url = `http://127.0.0.1:${port}`;

  const { exitCode, stderr } = await runCli(t, ["connectors", "list", "--url", url]);

  assert.equal(exitCode, 1);
  assert.equal(stderr, `No worker answers at ${url}; start one, or give its address with --url\n`);
});
