import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ConnectError } from "#connect-api";
import type { ConnectorContext, SourceConnector } from "#connect-api";
import {
  script,
  scriptedPlugins,
  sink,
  source,
  startTestWorker,
  worker,
} from "../fixtures/herder-harness.ts";
import { gate, temporaryDirectory } from "../fixtures/task-harness.ts";

const broken = () => new ConnectError("BROKEN", "It is broken");

test("a task that cannot be made has failed, its connector runs, and it starts when it can be made", async (t) => {
  let isBroken = false;
  const { FakeSourceConnector } = scriptedPlugins(script()).connectors ?? {};
  const prototype = FakeSourceConnector?.prototype as SourceConnector;
  const taskClass = prototype.taskClass.bind(prototype);
  prototype.taskClass = () => {
    if (isBroken) throw broken();
    return taskClass();
  };
  const started = await startTestWorker(t, {
    connectors: { FakeSourceConnector: FakeSourceConnector as new () => SourceConnector },
  });
  await started.herder.createConnector("c", source());
  await started.reached("c", "RUNNING", "RUNNING");

  isBroken = true;
  await started.herder.restartTask("c", 0);
  await started.reached("c", "RUNNING", "FAILED");
  assert.match(started.herder.taskStatus("c", 0).trace ?? "", /It is broken/);

  isBroken = false;
  await started.herder.restartTask("c", 0);
  await started.reached("c", "RUNNING", "RUNNING");
});

test("a created connector runs with its tasks and is stored in Kafka's record formats", async (t) => {
  const { herder, reached, internal } = await worker(t);

  const info = await herder.createConnector("c", sink({ "tasks.max": "2" }));
  await reached("c", "RUNNING", "RUNNING", "RUNNING");

  const config = { ...sink({ "tasks.max": "2" }), name: "c" };
  assert.deepEqual(info, { name: "c", config, tasks: [], type: "sink" });
  const task = { properties: { ...config, "task.class": "FakeSinkTask" } };
  assert.deepEqual(await internal("connect-configs"), {
    "connector-c": { properties: config },
    "task-c-0": task,
    "task-c-1": task,
    "commit-c": { tasks: 2 },
  });
  const running = { state: "RUNNING", trace: null, worker_id: "127.0.0.1:8083", generation: 0 };
  assert.deepEqual(await internal("connect-status"), {
    "status-connector-c": { ...running, version: "1" },
    "status-task-c-0": { ...running, version: "1" },
    "status-task-c-1": { ...running, version: "1" },
  });
});

test("a name is taken once, and an invalid config changes nothing", async (t) => {
  const { herder } = await worker(t);
  await herder.createConnector("c", sink());

  await assert.rejects(herder.createConnector("c", sink()), {
    status: 409,
    message: "Connector c already exists",
  });
  await assert.rejects(herder.createConnector("d", sink({ topics: "" })), {
    status: 400,
    message: [
      "Connector configuration is invalid and contains the following 2 error(s):",
      "Must configure one of topics or topics.regex",
      "Must configure one of topics or topics.regex",
      "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`",
    ].join("\n"),
  });
  assert.deepEqual(herder.connectors(), ["c"]);
});

test("of two that create the same connector at once, one is told that it exists", async (t) => {
  const { herder } = await worker(t);

  const outcomes = await Promise.allSettled([
    herder.createConnector("c", sink()),
    herder.createConnector("c", sink()),
  ]);

  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

test("a restarted worker goes on with configs, states and offsets of the one before", async (t) => {
  const directory = join(temporaryDirectory(t), "log");
  const first = script();
  const before = await startTestWorker(t, scriptedPlugins(first), { directory });
  for (const name of ["running", "paused", "stopped"]) {
    await before.herder.createConnector(name, sink());
    await before.reached(name, "RUNNING", "RUNNING");
  }
  await before.herder.pauseConnector("paused");
  await before.herder.stopConnector("stopped");
  await before.reached("paused", "PAUSED", "PAUSED");
  await before.reached("stopped", "STOPPED");
  await before.offsets.put("running", [[{ file: "f" }, { offset: 1 }]]);
  await before.stop();
  const second = script();

  const after = await startTestWorker(t, scriptedPlugins(second), { directory });

  await after.reached("running", "RUNNING", "RUNNING");
  await after.reached("paused", "PAUSED", "PAUSED");
  await after.reached("stopped", "STOPPED");
  assert.deepEqual(after.herder.connectors(), ["paused", "running", "stopped"]);
  assert.deepEqual(second.calls.all, ["start connector", "start task 0"]);
  assert.deepEqual(await after.offsets.list("running"), [
    { partition: { file: "f" }, offset: { offset: 1 } },
  ]);
});

test("a clean stop of the worker leaves UNASSIGNED, and FAILED stays with its trace", async (t) => {
  const { herder, reached, internal, plan, stop, log } = await worker(t);
  plan.onTaskStart = (task) => {
    if (task === 1) throw broken();
  };
  await herder.createConnector("c", sink({ "tasks.max": "2" }));
  await reached("c", "RUNNING", "RUNNING", "FAILED");
  const close = log.close.bind(log);
  let left: Readonly<Record<string, unknown>> = {};
  log.close = async () => {
    left = await internal("connect-status");
    await close();
  };

  await stop();

  const stateOf = (key: string): unknown => (left[key] as { state: string }).state;
  assert.equal(stateOf("status-connector-c"), "UNASSIGNED");
  assert.equal(stateOf("status-task-c-0"), "UNASSIGNED");
  assert.equal(stateOf("status-task-c-1"), "FAILED");
});

test("a failed task shows its trace, leaves the others alone, and a restart mends it", async (t) => {
  const { herder, reached, plan } = await worker(t);
  let isBroken = true;
  plan.onTaskStart = (task) => {
    if (task === 1 && isBroken) throw broken();
  };
  await herder.createConnector("c", sink({ "tasks.max": "2" }));
  await reached("c", "RUNNING", "RUNNING", "FAILED");
  assert.match(herder.taskStatus("c", 1).trace ?? "", /^ConnectError BROKEN: It is broken\n\s+at /);

  isBroken = false;
  await herder.restartTask("c", 1);

  await reached("c", "RUNNING", "RUNNING", "RUNNING");
  assert.equal("trace" in herder.taskStatus("c", 1), false);
  assert.equal(plan.calls.all.filter((call) => call === "start task 0").length, 1);
});

test("a trace never holds what a foreign error says, since that may quote a record", async (t) => {
  const { herder, reached, plan, write } = await worker(t);
  plan.onPut = (records) => {
    if (records.length > 0) JSON.parse(`{"family": Invented${String(records[0]?.value)}}`);
  };
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");

  await write("Name");
  await reached("c", "RUNNING", "FAILED");

  const { trace } = herder.taskStatus("c", 0);
  assert.match(trace ?? "", /^SyntaxError/);
  assert.doesNotMatch(trace ?? "", /Invented/);
});

test("restart with onlyFailed touches what failed, and answers the plan", async (t) => {
  const { herder, reached, plan } = await worker(t);
  let isBroken = true;
  plan.onTaskStart = (task) => {
    if (task === 0 && isBroken) throw broken();
  };
  await herder.createConnector("c", sink({ "tasks.max": "2" }));
  await reached("c", "RUNNING", "FAILED", "RUNNING");
  isBroken = false;
  const before = plan.calls.all.length;

  const answer = await herder.restartConnector("c", { includeTasks: true, onlyFailed: true });

  assert.equal(answer?.connector.state, "RUNNING");
  assert.deepEqual(
    answer?.tasks.map(({ id, state }) => [id, state]),
    [
      [0, "RESTARTING"],
      [1, "RUNNING"],
    ],
  );
  assert.match(answer?.tasks[0]?.trace ?? "", /BROKEN/);
  await reached("c", "RUNNING", "RUNNING", "RUNNING");
  assert.deepEqual(plan.calls.all.slice(before), ["start task 0"]);
});

test("a plain restart makes the connector anew and lets its tasks run", async (t) => {
  const { herder, reached, plan } = await worker(t);
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");
  const before = plan.calls.all.length;

  assert.equal(
    await herder.restartConnector("c", { includeTasks: false, onlyFailed: false }),
    undefined,
  );

  assert.deepEqual(plan.calls.all.slice(before), ["stop connector", "start connector"]);
  assert.deepEqual(herder.connectorStatus("c").connector.state, "RUNNING");
});

test("a connector that cannot start is FAILED with no tasks, and a new config mends it", async (t) => {
  const { herder, reached, plan } = await worker(t);
  plan.onConnectorStart = () => {
    throw broken();
  };
  await herder.createConnector("c", sink());
  await reached("c", "FAILED");
  assert.match(herder.connectorStatus("c").connector.trace ?? "", /BROKEN/);

  delete plan.onConnectorStart;
  const { created } = await herder.putConnectorConfig("c", sink());

  assert.equal(created, false);
  await reached("c", "RUNNING", "RUNNING");
});

test("a FAILED connector ignores pause and resume, and can be stopped", async (t) => {
  const { herder, reached, plan, states } = await worker(t);
  plan.onConnectorStart = () => {
    throw broken();
  };
  await herder.createConnector("c", sink());
  await reached("c", "FAILED");

  await herder.pauseConnector("c");
  await herder.resumeConnector("c");
  assert.deepEqual(states("c"), ["FAILED"]);
  await herder.stopConnector("c");

  await reached("c", "STOPPED");
});

test("pause, resume, stop and resume: tasks follow, and a stopped connector has none", async (t) => {
  const { herder, reached, plan, write } = await worker(t);
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");
  await write("a");
  await plan.taken.atLeast(1);

  await herder.pauseConnector("c");
  await reached("c", "PAUSED", "PAUSED");
  await herder.resumeConnector("c");
  await reached("c", "RUNNING", "RUNNING");
  await herder.stopConnector("c");
  await reached("c", "STOPPED");
  assert.deepEqual(herder.tasks("c"), []);
  await write("b");
  await herder.resumeConnector("c");
  await reached("c", "RUNNING", "RUNNING");

  assert.deepEqual(await plan.taken.atLeast(2), ["a", "b"]);
});

for (const [initial, state] of [
  ["PAUSED", "PAUSED"],
  ["STOPPED", "STOPPED"],
] as const) {
  test(`a connector created ${initial} starts nothing until it is resumed`, async (t) => {
    const { herder, reached, plan } = await worker(t);

    await herder.createConnector("c", sink(), initial);
    await reached("c", state);
    assert.deepEqual(plan.calls.all, []);
    assert.deepEqual(herder.tasks("c"), []);
    await herder.resumeConnector("c");

    await reached("c", "RUNNING", "RUNNING");
  });
}

test("more tasks than tasks.max fail the connector, unless that is allowed", async (t) => {
  const { herder, reached, plan } = await worker(t);
  plan.taskCount = 3;

  await herder.createConnector("c", sink({ "tasks.max": "2" }));
  await reached("c", "FAILED");
  assert.match(
    herder.connectorStatus("c").connector.trace ?? "",
    /connector c has generated 3 tasks, which is more than the maximum of 2.*tasks\.max\.enforce/,
  );
  await herder.patchConnectorConfig("c", { "tasks.max.enforce": "false" });

  await reached("c", "RUNNING", "RUNNING", "RUNNING", "RUNNING");
});

test("when there are fewer tasks, the statuses of the rest disappear", async (t) => {
  const { herder, reached, internal } = await worker(t);
  await herder.createConnector("c", sink({ "tasks.max": "3" }));
  await reached("c", "RUNNING", "RUNNING", "RUNNING", "RUNNING");

  await herder.putConnectorConfig("c", sink({ "tasks.max": "1" }));
  await reached("c", "RUNNING", "RUNNING");

  assert.throws(() => herder.taskStatus("c", 2), { status: 404 });
  assert.equal("status-task-c-2" in (await internal("connect-status")), false);
});

test("a connector may ask for other tasks, and may fail on its own", async (t) => {
  const { herder, reached, plan } = await worker(t);
  let context: ConnectorContext | undefined;
  plan.onConnectorStart = (connector) => {
    context = (connector as unknown as { worker: ConnectorContext }).worker;
  };
  plan.taskCount = 1;
  await herder.createConnector("c", source({ "tasks.max": "2" }));
  await reached("c", "RUNNING", "RUNNING");

  plan.taskCount = 2;
  context?.requestTaskReconfiguration();
  await reached("c", "RUNNING", "RUNNING", "RUNNING");
  context?.raiseError(broken());

  await reached("c", "FAILED", "RUNNING", "RUNNING");
});

test("what an instance that was replaced raises says nothing of the new one", async (t) => {
  const { herder, reached, plan, states } = await worker(t);
  const contexts: ConnectorContext[] = [];
  plan.onConnectorStart = (connector) => {
    contexts.push((connector as unknown as { worker: ConnectorContext }).worker);
  };
  await herder.createConnector("c", source());
  await reached("c", "RUNNING", "RUNNING");
  await herder.restartConnector("c", { includeTasks: false, onlyFailed: false });

  contexts[0]?.raiseError(broken());

  assert.deepEqual(states("c"), ["RUNNING", "RUNNING"]);
});

test("a connector that is stuck in start holds up neither the others nor the worker's stop", async (t) => {
  const { herder, reached, plan, stop } = await worker(t, {
    "task.shutdown.graceful.timeout.ms": "50",
  });
  const never = gate();
  plan.onConnectorStart = () => never.opened;
  await herder.createConnector("stuck", sink());
  await plan.calls.atLeast(1);
  delete plan.onConnectorStart;

  await herder.createConnector("other", sink());
  await reached("other", "RUNNING", "RUNNING");

  await herder.deleteConnector("stuck");
  assert.deepEqual(herder.connectors(), ["other"]);
  await herder.createConnector("stuck", sink());
  await reached("stuck", "RUNNING", "RUNNING");
  plan.onConnectorStart = () => never.opened;
  await herder.putConnectorConfig("stuck", sink());
  await stop();
});

test("a task that does not stop in time is abandoned, and says nothing any more", async (t) => {
  const { herder, reached, plan, write, states } = await worker(t, {
    "task.shutdown.graceful.timeout.ms": "20",
  });
  const inPut = gate();
  const held = gate();
  plan.onPut = async (records) => {
    if (records.length === 0) return;
    inPut.open();
    await held.opened;
    throw broken();
  };
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");
  await write("a");
  await inPut.opened;

  await herder.restartTask("c", 0);
  await reached("c", "RUNNING", "RUNNING");
  delete plan.onPut;
  held.open();

  assert.deepEqual(await plan.taken.atLeast(1), ["a"], "the new run gets what the old one had");
  assert.deepEqual(states("c"), ["RUNNING", "RUNNING"]);
});

test("deleting removes config, statuses and topics, and the name can be used again", async (t) => {
  const { herder, reached, internal, plan, write } = await worker(t);
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");
  await write("a");
  await plan.taken.atLeast(1);
  assert.deepEqual(herder.activeTopics("c"), ["in"]);

  await herder.deleteConnector("c");

  assert.deepEqual(herder.connectors(), []);
  assert.throws(() => herder.connectorStatus("c"), { status: 404 });
  assert.deepEqual(herder.activeTopics("c"), []);
  assert.deepEqual(await internal("connect-status"), {});
  assert.equal("connector-c" in (await internal("connect-configs")), false);
  await herder.createConnector("c", sink());
  await reached("c", "RUNNING", "RUNNING");
});

test("a patch changes keys, and null removes one", async (t) => {
  const { herder } = await worker(t);
  await herder.createConnector("c", sink({ extra: "1", other: "2" }));

  const { config } = await herder.patchConnectorConfig("c", { extra: null, other: "3" });

  assert.deepEqual(config, { ...sink({ other: "3" }), name: "c" });
});

for (const [what, call] of [
  ["Unknown connector x", (herder) => herder.pauseConnector("x")],
  ["Unknown connector x", (herder) => herder.resumeConnector("x")],
  ["Unknown connector x", (herder) => herder.stopConnector("x")],
  ["Connector x not found", (herder) => herder.deleteConnector("x")],
  ["Connector x not found", (herder) => herder.connectorOffsets("x")],
  ["Connector x not found", (herder) => herder.patchConnectorConfig("x", {})],
  ["Unknown connector: x", (herder) => herder.restartTask("x", 0)],
  [
    "Unknown connector: x",
    (herder) => herder.restartConnector("x", { includeTasks: true, onlyFailed: false }),
  ],
] as const satisfies readonly (readonly [
  string,
  (herder: Awaited<ReturnType<typeof worker>>["herder"]) => Promise<unknown>,
])[]) {
  test(`an unknown connector is answered with 404 (${call.toString().slice(12)})`, async (t) => {
    const { herder } = await worker(t);

    await assert.rejects(call(herder), { status: 404, message: what });
  });
}
