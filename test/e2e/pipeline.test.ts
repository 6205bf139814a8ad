import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { settled, startPipeline, testLog } from "../support/pipeline.ts";
import type { LogKind } from "../support/pipeline.ts";
import { eventually } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText } from "../support/topic-contents.ts";

const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? undefined);

for (const kind of ["embedded", "kafka"] as const satisfies readonly LogKind[]) {
  test(`${kind}: what is acknowledged is raw in its topic, then FHIR on topics and in the file`, async (t) => {
    const pipeline = await startPipeline(t, await testLog(t, kind));
    const messages = [...generateMessages({ seed: 7, count: 60 })];

    const sent = await sendAll({ port: pipeline.port }, messages, { connections: 4 });

    assert.deepEqual(
      sent.map(({ code }) => code),
      messages.map(() => "AA"),
    );
    const provenances = (contents: Map<string, readonly unknown[]>): number =>
      contents.get("healthcare.fhir.provenance")?.length ?? 0;
    const contents = await settled(pipeline, (now) => provenances(now) >= messages.length);
    assert.equal(contents.get("healthcare.hl7v2.dlq")?.length ?? 0, 0);

    const raw = ["adt", "oru", "orm"].flatMap(
      (type) => contents.get(`healthcare.hl7v2.${type}`) ?? [],
    );
    const rawById = new Map(
      raw.map((record) => [headerText(record, "message-control-id"), record]),
    );
    for (const { controlId, payload } of sent) {
      assert.deepEqual(rawById.get(controlId)?.value, new Uint8Array(payload));
    }
    assert.equal(raw.length, messages.length);

    const fhir = [...contents].filter(([topic]) => topic.startsWith("healthcare.fhir."));
    for (const [topic, records] of fhir) {
      for (const record of records) {
        const resource = JSON.parse(text(record.value)) as { resourceType: string };
        assert.equal(`healthcare.fhir.${resource.resourceType.toLowerCase()}`, topic);
        assert.equal(headerText(record, "content-type"), "application/fhir+json");
        assert.equal(headerText(record, "fhir-version"), "R4");
        assert.ok(headerText(record, "source-system"));
        const source = rawById.get(headerText(record, "message-control-id"));
        // The prior patient of a merge keeps its own key: that is where the rest of it stands.
        const isPrior = (resource as { active?: boolean }).active === false;
        if (!isPrior) assert.deepEqual(record.key, source?.key, "raw and FHIR share the key");
      }
    }

    const expected = fhir.flatMap(([, records]) => records.map(({ value }) => text(value)));
    const lines = async (): Promise<string[]> =>
      (await readFile(pipeline.file, "utf8")).split("\n").slice(0, -1);
    await eventually("the file has every resource", async () => {
      return (await lines()).length >= expected.length;
    });
    assert.deepEqual((await lines()).toSorted(), expected.toSorted());
    assert.equal(await pipeline.worker.end("SIGTERM"), 0);
  });
}
