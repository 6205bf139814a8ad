import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import { settled, startPipeline, testLog } from "../support/pipeline.ts";
import { rest } from "../support/rest-client.ts";
import type { ConnectorStatus } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText } from "../support/topic-contents.ts";

const samples = join(process.env["CLINICAL_DATA"] ?? "", "hl7v2-samples");

/** The rows of index.csv, as a sender would put them on the wire. */
function corpus(): Uint8Array[] {
  const rows = parse(readFileSync(join(samples, "index.csv")), { columns: true }) as {
    file: string;
  }[];
  return rows.map(({ file }) => readFileSync(join(samples, file)));
}

test("every sample message is answered and ends as FHIR, in quarantine or in the dead letter queue", async (t) => {
  if (!process.env["CLINICAL_DATA"] || !existsSync(samples)) {
    t.skip("CLINICAL_DATA is not set: the 982 sample messages were NOT sent");
    return;
  }
  // Some samples ask for no answer (MSH-15 and MSH-16 NE); here every one is to be accounted for.
  const pipeline = await startPipeline(t, await testLog(t, "embedded"), {
    mllp: { "mllp.ack.mode": "original" },
  });
  const payloads = corpus();

  const sent = await sendAll({ port: pipeline.port }, payloads, { connections: 8 });

  assert.equal(sent.length, 982);
  assert.deepEqual(
    sent.filter(({ code }) => code === undefined).map(({ controlId }) => controlId),
    [],
    "every frame got an answer",
  );

  // An input is known in the topics downstream by the place of the raw record it came from.
  const place = (topic: string | undefined, partition: unknown, offset: unknown): string =>
    `${topic?.slice(pipeline.log.prefix.length)}/${partition}/${offset}`;
  const contents = await settled(pipeline, (now) => {
    const raw = [...now].filter(([topic]) => isRaw(topic)).flatMap(([, records]) => records);
    return raw.length > 0 && unaccounted(now).length === 0;
  });
  function isRaw(topic: string): boolean {
    return /^healthcare\.hl7v2\.(?!quarantine$|dlq$)/.test(topic);
  }
  function unaccounted(now: typeof contents): string[] {
    const done = new Set<string>();
    for (const record of now.get("healthcare.hl7v2.dlq") ?? []) {
      done.add(
        place(
          headerText(record, "__connect.errors.topic"),
          headerText(record, "__connect.errors.partition"),
          headerText(record, "__connect.errors.offset"),
        ),
      );
    }
    const converted = new Set(
      (now.get("healthcare.fhir.provenance") ?? []).map((record) =>
        JSON.stringify([
          record.key === null ? null : new TextDecoder().decode(record.key),
          headerText(record, "message-control-id"),
        ]),
      ),
    );
    return [...now]
      .filter(([topic]) => isRaw(topic))
      .flatMap(([, records]) => records)
      .filter(
        (record) =>
          !done.has(place(record.topic, record.partition, record.offset)) &&
          !converted.has(
            JSON.stringify([
              record.key === null ? null : new TextDecoder().decode(record.key),
              headerText(record, "message-control-id"),
            ]),
          ),
      )
      .map((record) => `${record.topic}/${record.partition}/${record.offset}`);
  }

  const count = (topic: string): number => contents.get(topic)?.length ?? 0;
  const raw = [...contents].filter(([topic]) => isRaw(topic));
  const rawCount = raw.reduce((sum, [, records]) => sum + records.length, 0);
  const answers = Map.groupBy(sent, ({ code }) => code ?? "none");
  t.diagnostic(
    `answers: ${[...answers].map(([code, list]) => `${code} ${list.length}`).join(", ")}; ` +
      `raw ${rawCount}, quarantine ${count("healthcare.hl7v2.quarantine")}, ` +
      `dead letters ${count("healthcare.hl7v2.dlq")}, converted ${count("healthcare.fhir.provenance")}`,
  );
  assert.ok(rawCount >= (answers.get("AA")?.length ?? 0), "every AA is a raw record");
  assert.ok(count("healthcare.hl7v2.quarantine") >= sent.length - (answers.get("AA")?.length ?? 0));
  for (const record of contents.get("healthcare.hl7v2.dlq") ?? []) {
    assert.ok(headerText(record, "__connect.errors.exception.message"), "a reason is given");
  }
  for (const name of Object.values(pipeline.connectors)) {
    const { body } = await rest(pipeline.worker.url, "GET", `/connectors/${name}/status`);
    for (const task of (body as ConnectorStatus).tasks) assert.equal(task.state, "RUNNING");
  }
});
