import assert from "node:assert/strict";
import { test } from "node:test";
import { settled, startPipeline, testLog } from "../support/pipeline.ts";
import { rest } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText } from "../support/topic-contents.ts";

const marker = "ZZMARKERPATIENTZZ";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The marker in every place where a patient's data can stand, in messages that go wrong in many ways. */
function markedMessages(): Uint8Array[] {
  const msh = (type: string, id: string): string =>
    `MSH|^~\\&|LAB|HOSP|CC|CC|20261101120000||${type}|${id}|P|2.5.1\r`;
  const pid = `PID|1||${marker}1^^^HOSP^MR||${marker}2^${marker}3||${marker}4|X|||${marker}5^^${marker}6\r`;
  return [
    `${msh("ADT^A01^ADT_A01", "M1")}EVN||20261101\r${pid}PV1|1|I|${marker}7\r`,
    `${msh("ADT^A01^ADT_A01", "M2")}EVN||${marker}8\rPV1|1|I|${marker}9\r`,
    `${msh("ZZZ^Z99", "M3")}${pid}`,
    `${msh("ORU^R01^ORU_R01", "M4")}${pid}OBR|1||${marker}|${marker}^x\rOBX|1|NM|${marker}||${marker}||||||${marker}\r`,
    `${msh("ORU^R01^ORU_R01", "M5")}${pid}OBX|one|XX|||${marker}\r`,
    `${msh("ADT^A08", "M6")}EVN\rPID|\\${marker}|${marker}\\X${marker}\\\r`,
    `MSH${marker}${marker}${marker}`,
    `${marker} is not HL7`,
    `MSH|^~\\&|${marker}`,
    `${msh(`${marker}^${marker}`, "M7")}${pid}`,
  ].map(bytes);
}

test("no patient data in any line of output, REST answer or metric", async (t) => {
  const pipeline = await startPipeline(t, await testLog(t, "embedded"), {
    toFhir: { "errors.log.enable": "true", "errors.log.include.messages": "true" },
  });

  const sent = await sendAll({ port: pipeline.port }, markedMessages(), { connections: 1 });
  // A sink that fails on a record whose content is wrong for it, so that a trace is made of it.
  await rest(pipeline.worker.url, "POST", "/connectors", {
    name: "failing",
    config: {
      "connector.class": "FileStreamSink",
      topics: pipeline.topic("healthcare.hl7v2.adt"),
      file: `${pipeline.file}.failing`,
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    },
  });
  await settled(pipeline, (now) => (now.get("healthcare.hl7v2.dlq")?.length ?? 0) >= 3);

  const { url } = pipeline.worker;
  const answers = await Promise.all(
    [
      "/metrics",
      "/connectors?expand=status&expand=info",
      "/connectors/failing/status",
      "/admin/loggers",
      "/connectors/failing/offsets",
    ].map(async (path) => JSON.stringify((await rest(url, "GET", path)).body)),
  );
  const deadLetters = (await pipeline.contents(/^healthcare\.hl7v2\.dlq$/)).get(
    "healthcare.hl7v2.dlq",
  );
  const reasons = (deadLetters ?? []).flatMap((record) =>
    record.headers
      .map(([key]) => key)
      .filter((key) => key.startsWith("__connect.errors."))
      .map((key) => headerText(record, key) ?? ""),
  );

  assert.ok(sent.every(({ code }) => code !== undefined));
  assert.ok(reasons.length > 0);
  assert.doesNotMatch(pipeline.worker.output(), new RegExp(marker));
  assert.doesNotMatch(answers.join("\n"), new RegExp(marker));
  assert.doesNotMatch(reasons.join("\n"), new RegExp(marker));
  await pipeline.worker.end("SIGTERM");
  assert.doesNotMatch(pipeline.worker.output(), new RegExp(marker));
});
