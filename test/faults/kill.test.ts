import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { temporaryDirectory } from "../support/worker-process.ts";
import { startLoad, startSite } from "./site.ts";

/** The long form has the numbers of the fault matrix. */
const isLong = process.env["FAULTS"] === "long";
const preload = (name: string): string =>
  `--import=${pathToFileURL(`test/faults/preload/${name}.ts`).href}`;

for (const isExactlyOnce of [true, false]) {
  const guarantee = isExactlyOnce ? "exactly once" : "at least once";
  const kills = isLong ? 100 : isExactlyOnce ? 7 : 3;

  test(`F1 ${guarantee}: ${kills} kills under load`, async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const site = await startSite(t, { bootstrapServers, isExactlyOnce });
    const messages = isLong ? 100_000 : 1_000_000;
    const load = startLoad(t, site, { connections: 50, messages });

    for (let nth = 0; nth < kills && !load.progress.isOver; nth += 1) {
      const target = isLong ? (messages / kills) * (nth + 1) * 0.98 : load.progress.answered + 50;
      await load.reached(target + Math.random() * 200);
      await site.kill();
      await site.start();
    }
    await (isLong ? load.over(600_000) : load.stop());

    const report = await site.check();
    assert.equal(report.open, 0);
    assert.equal(report.refused, 0);
    if (isLong) assert.equal(report.messages, messages);
  });
}

for (const [fault, point, what] of [
  ["F2", "answer", "between commit and answer"],
  ["F3", "end-txn", "between record and commit"],
] as const) {
  test(`${fault}: a kill ${what} makes no second record, and the repetition gets AA`, async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const flag = join(temporaryDirectory(t), "now");
    const site = await startSite(t, {
      bootstrapServers,
      isExactlyOnce: true,
      environment: { NODE_OPTIONS: preload("kill-point"), KILL_AT: point, KILL_WHEN: flag },
    });
    const load = startLoad(t, site, { connections: 5, window: 4, messages: 400 });
    await load.reached(50);

    writeFileSync(flag, "");
    await site.ended();
    const before = (await site.records()).length;
    await site.start({ KILL_WHEN: "" });
    await load.over();

    const report = await site.check();
    assert.equal(report.acknowledged, 400);
    assert.ok(report.repetitions > 0, "the kill left messages without an answer");
    assert.ok(before > 0 && before < 400);
  });
}
