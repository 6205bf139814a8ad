import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { settled, startPipeline, testLog } from "../support/pipeline.ts";
import type { LogKind } from "../support/pipeline.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText } from "../support/topic-contents.ts";

const sha256 = (bytes: Uint8Array | null): string =>
  createHash("sha256")
    .update(bytes ?? new Uint8Array())
    .digest("hex");

for (const kind of ["embedded", "kafka"] as const satisfies readonly LogKind[]) {
  test(`${kind}: a worker killed during 5,000 messages on 20 connections loses nothing it acknowledged`, async (t) => {
    const pipeline = await startPipeline(t, await testLog(t, kind));
    const messages = [...generateMessages({ seed: 11, count: 5000 })];
    let killed: Promise<unknown> | undefined;
    let restarted: Promise<unknown> | undefined;

    const sent = await sendAll({ port: pipeline.port }, messages, {
      connections: 20,
      onAnswer(answered) {
        if (answered < 1500 || restarted) return;
        killed = pipeline.worker.end("SIGKILL");
        restarted = killed.then(() => pipeline.restart());
      },
      beforeReconnect: async () => killed,
    });
    await restarted;

    const acknowledged = sent.filter(({ code }) => code === "AA");
    const unanswered = sent.filter(({ code }) => code === undefined);
    t.diagnostic(`AA ${acknowledged.length}, without an answer ${unanswered.length}`);
    assert.ok(restarted, "the worker was killed in mid-load");
    assert.equal(acknowledged.length + unanswered.length, messages.length);
    assert.ok(unanswered.length <= 20, "at most what was on the wire stays without an answer");

    // The stream goes on after the kill: each acknowledged message is converted, none twice.
    // Each message has a Provenance of its own, some have more; a repetition would be the same to the byte.
    const provenances = (now: Awaited<ReturnType<typeof settled>>) =>
      now.get("healthcare.fhir.provenance") ?? [];
    const converted = (now: Awaited<ReturnType<typeof settled>>): number =>
      new Set(provenances(now).map((record) => headerText(record, "message-control-id"))).size;
    const contents = await settled(pipeline, (now) => converted(now) >= rawRecords(now).length);
    function rawRecords(
      now: typeof contents,
    ): typeof contents extends Map<string, infer R> ? R : never {
      return ["adt", "oru", "orm"].flatMap((type) => now.get(`healthcare.hl7v2.${type}`) ?? []);
    }

    const stored = new Set(rawRecords(contents).map(({ value }) => sha256(value)));
    const known = new Set(messages.map(sha256));
    assert.deepEqual(
      acknowledged
        .filter(({ payload }) => !stored.has(sha256(payload)))
        .map((entry) => entry.controlId),
      [],
      "every message that got AA is in its topic, byte for byte",
    );
    assert.ok(
      [...stored].every((hash) => known.has(hash)),
      "nothing is there that nobody sent",
    );
    assert.equal(converted(contents), rawRecords(contents).length, "all are converted");
    const made = provenances(contents);
    assert.equal(
      new Set(made.map(({ value }) => sha256(value))).size,
      made.length,
      "and once only",
    );
    const ids = new Set(made.map((record) => headerText(record, "message-control-id")));
    assert.ok(acknowledged.every(({ controlId }) => ids.has(controlId)));
  });
}
