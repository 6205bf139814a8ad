import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { eventually, rest } from "#test/support/rest-client";
import { openBeside } from "#test/support/topic-contents";
import type { WorkerProcess } from "#test/support/worker-process";
import { WorkerCluster } from "./worker-cluster.ts";

const TASKS = 3;
const WORKERS = 3;

/**
 * Three workers run a source of three tasks that write 0, 1, 2, …; the workers are ended and started again in
 * turn, cleanly or by a kill, and each time the tasks have to go on. Afterwards no number may be missing, and
 * with exactly-once delivery none may be there twice or out of order.
 *
 * After the idea of Apache Kafka's own system test: tests/kafkatest/tests/connect/connect_distributed_test.py, test_bounce.
 */
export async function bounce(
  t: TestContext,
  options: {
    readonly clean: number;
    readonly hard: number;
    readonly isExactlyOnce: boolean;
    /** Whether a worker starts again on the address that it had, and so in its own place in the group. */
    readonly keepsAddress: boolean;
  },
): Promise<void> {
  const { bootstrapServers } = await kafkaForTests(t);
  const support = options.isExactlyOnce ? "enabled" : "disabled";
  const cluster = new WorkerCluster(t, bootstrapServers, {
    "exactly.once.source.support": support,
  });
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => cluster.start()));
  const source = cluster.source("seq", TASKS);
  const [first] = workers as [WorkerProcess];
  assert.equal((await rest(first.url, "POST", "/connectors", source)).status, 201);
  const topic = source.config.topic;
  await eventually("the topic is there", async () =>
    (await log.admin.listTopics()).includes(topic),
  );
  const reader = await log.reader({ topic });
  t.after(() => reader.close());
  const sequences: number[][] = Array.from({ length: TASKS }, () => []);
  const readOn = async (): Promise<void> => {
    while (!(await reader.isAtEnd())) {
      for (const { key, value } of await reader.poll(500)) {
        sequences[Number(text(key))]?.push(Number(text(value)));
      }
    }
  };
  const highest = (sequence: readonly number[]): number =>
    sequence.reduce((most, value) => Math.max(most, value), -1);
  const goOn = async (what: string): Promise<void> => {
    await readOn();
    const before = sequences.map(highest);
    const isFurther = async (): Promise<boolean> => {
      await readOn();
      return sequences.every((sequence, task) => (sequence.at(-1) ?? -1) > (before[task] ?? -1));
    };
    await eventually(what, isFurther, 60_000, 200);
  };

  await goOn("all tasks write");
  const bounces = [
    ...Array.from({ length: options.clean }, () => "SIGTERM" as const),
    ...Array.from({ length: options.hard }, () => "SIGKILL" as const),
  ];
  for (const [round, signal] of bounces.entries()) {
    const place = round % WORKERS;
    const code = await workers[place]?.end(signal);
    if (signal === "SIGTERM") assert.equal(code, 0, workers[place]?.output());
    const { url = "" } = workers[place] ?? {};
    workers[place] = await cluster.start(options.keepsAddress ? { listeners: url } : {});
    await goOn(`all tasks write after bounce ${round + 1} (${signal})`);
  }
  for (const worker of workers) await worker.end("SIGTERM");

  await readOn();
  for (const [task, sequence] of sequences.entries()) {
    const unique = new Set(sequence);
    const last = highest(sequence);
    t.diagnostic(
      `task ${task}: ${last + 1} numbers, ${sequence.length - unique.size} of them written again`,
    );
    assert.equal(unique.size, last + 1, `numbers of task ${task} are missing`);
    if (!options.isExactlyOnce) continue;
    assert.equal(sequence.length, unique.size, `numbers of task ${task} are there twice`);
    assert.ok(
      sequence.every((value, index) => value === index),
      `task ${task} is out of order`,
    );
  }
}

function text(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? undefined).replaceAll('"', "");
}
