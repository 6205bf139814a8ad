import assert from "node:assert/strict";
import { test } from "node:test";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { eventually, rest } from "#test/support/rest-client";
import type { WorkerProcess } from "#test/support/worker-process";
import { SESSION_MS, WorkerCluster, idOf, isBalanced, statusOf } from "./worker-cluster.ts";

const TASKS = 60;
/** After a session that ends, work goes on within that time more. */
const RESUME_MS = SESSION_MS + 5000;

test("three workers share 60 tasks evenly after join, kill, return and leave, and move only what has to", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const cluster = new WorkerCluster(t, bootstrapServers);
  const starts = () => [...cluster.starts().values()].reduce((sum, count) => sum + count, 0);
  const balanced = async (workers: readonly WorkerProcess[], timeoutMs: number) => {
    const [first] = workers as [WorkerProcess];
    const what = `${TASKS} tasks shared by ${workers.length} workers`;
    const startedAt = performance.now();
    await eventually(what, () => isBalanced(first.url, "seq", TASKS, workers), timeoutMs, 100);
    t.diagnostic(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  };

  const a = await cluster.start();
  const created = await rest(a.url, "POST", "/connectors", cluster.source("seq", TASKS));
  assert.equal(created.status, 201);
  await balanced([a], 30_000);
  assert.equal(starts(), TASKS);

  const [b, c] = await Promise.all([cluster.start(), cluster.start()]);
  await balanced([a, b, c], 30_000);
  assert.ok(starts() <= TASKS + 40 + 10, `${starts()} starts after two joined`);

  const beforeKill = starts();
  await c.end("SIGKILL");
  await balanced([a, b], RESUME_MS);
  assert.equal(starts() - beforeKill, 20, "only what the killed worker had started anew");

  const beforeReturn = starts();
  const back = await cluster.start();
  await balanced([a, b, back], 30_000);
  assert.equal(starts() - beforeReturn, 20, "only what the returning worker gets moved");

  const beforeLeave = starts();
  assert.equal(await b.end("SIGTERM"), 0);
  await balanced([a, back], 10_000);
  assert.equal(starts() - beforeLeave, 20, "only what the leaving worker had started anew");
});

test("any worker takes any request, and a zombie gives its work up when it wakes", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const cluster = new WorkerCluster(t, bootstrapServers);
  const workers = [await cluster.start(), await cluster.start(), await cluster.start()] as const;
  const runs = async (name: string, tasks: number) =>
    eventually(
      `${name} runs`,
      async () => {
        for (const { url } of workers) {
          const status = await statusOf(url, name);
          if (status?.connector.state !== "RUNNING") return false;
          const running = status.tasks.filter(({ state }) => state === "RUNNING");
          if (running.length !== tasks) return false;
        }
        return true;
      },
      30_000,
    );

  for (const [index, { url }] of workers.entries()) {
    const source = cluster.source(`seq-${index}`, 3);
    const created = await rest(url, "POST", "/connectors", source);
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const again = await rest(url, "POST", "/connectors", source);
    assert.equal(again.status, 409);
    await runs(`seq-${index}`, 3);
  }
  for (const { url } of workers) {
    for (const [method, path, status] of [
      ["POST", "/connectors/seq-0/restart", 204],
      ["POST", "/connectors/seq-0/tasks/0/restart", 204],
      ["POST", "/connectors/seq-0/tasks/2/restart", 204],
      ["POST", "/connectors/seq-0/restart?includeTasks=true", 202],
      ["PUT", "/connectors/seq-1/pause", 202],
      ["PUT", "/connectors/seq-1/resume", 202],
      ["POST", "/connectors/none/restart", 404],
      ["PUT", "/connectors/none/stop", 404],
    ] as const) {
      const answer = await rest(url, method, path);
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    }
    const config = { ...cluster.source("seq-2", 2).config, "batch.size": "7" };
    assert.equal((await rest(url, "PUT", "/connectors/seq-2/config", config)).status, 200);
    await runs("seq-2", 2);
    assert.equal((await rest(url, "PUT", "/connectors/seq-2/stop")).status, 204);
    await eventually("seq-2 is stopped everywhere", async () => {
      const all = await Promise.all(workers.map((each) => statusOf(each.url, "seq-2")));
      return all.every((each) => each?.connector.state === "STOPPED" && each.tasks.length === 0);
    });
    const reset = await rest(url, "DELETE", "/connectors/seq-2/offsets");
    assert.equal(reset.status, 200, JSON.stringify(reset.body));
    assert.equal((await rest(url, "PUT", "/connectors/seq-2/resume")).status, 202);
    await runs("seq-2", 2);
  }
  await runs("seq-0", 3);
  await runs("seq-1", 3);

  const [zombie, ...others] = workers;
  process.kill(zombie.pid, "SIGSTOP");
  const [other] = others as [WorkerProcess, WorkerProcess];
  const isWithout = async (): Promise<boolean> => {
    const statuses = await Promise.all([0, 1, 2].map((n) => statusOf(other.url, `seq-${n}`)));
    return statuses.every(
      (status) =>
        status?.connector.worker_id !== idOf(zombie) &&
        status?.tasks.every(
          ({ worker_id: worker, state }) => worker !== idOf(zombie) && state === "RUNNING",
        ),
    );
  };
  try {
    await eventually("others have the zombie's work", isWithout, RESUME_MS + 5000, 200);
  } finally {
    process.kill(zombie.pid, "SIGCONT");
  }
  await eventually("the zombie says that it is out", () =>
    zombie.output().includes("WORKER_OUT_OF_GROUP"),
  );
  for (const n of [0, 1, 2]) await runs(`seq-${n}`, n === 2 ? 2 : 3);

  assert.equal((await rest(zombie.url, "DELETE", "/connectors/seq-1")).status, 204);
  await eventually("it is gone everywhere", async () => {
    const lists = await Promise.all(workers.map(({ url }) => rest(url, "GET", "/connectors")));
    return lists.every(({ body }) => JSON.stringify(body) === '["seq-0","seq-2"]');
  });
});
