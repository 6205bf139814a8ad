import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { openRecordLog } from "#broker";
import { settled, startPipeline, testLog } from "../support/pipeline.ts";
import { eventually, postConnector, rest } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText, openBeside, topicContents } from "../support/topic-contents.ts";
import { startWorkerProcess, temporaryDirectory, workerProps } from "../support/worker-process.ts";

for (const variant of ["avro", "json-schema"] as const) {
  test(`${variant}: the pipeline runs with a registry by other converters alone`, async (t) => {
    const address = `embedded:${join(temporaryDirectory(t), "schemas")}`;
    const messages = [...generateMessages({ seed: 7, count: 20 })];
    const pipeline = await startPipeline(t, await testLog(t, "embedded"), {
      variant,
      worker: { "schema.registry.url": address },
      toFhir: { "output.value.converter.schema.registry.url": address },
      toFile: { "value.converter.schema.registry.url": address },
    });

    const sent = await sendAll({ port: pipeline.port }, messages, { connections: 2 });

    assert.ok(sent.every(({ code }) => code === "AA"));
    const contents = await settled(
      pipeline,
      (now) => (now.get("healthcare.fhir.provenance")?.length ?? 0) >= messages.length,
    );
    assert.equal(contents.get("healthcare.hl7v2.dlq")?.length ?? 0, 0);
    const fhir = [...contents].filter(([topic]) => topic.startsWith("healthcare.fhir."));
    for (const [topic, records] of fhir) {
      for (const record of records) {
        assert.equal(record.value?.[0], 0, `${topic} is framed`);
        assert.equal(headerText(record, "content-type"), undefined, topic);
        assert.equal(headerText(record, "fhir-version"), "R4", topic);
      }
    }
    const count = fhir.reduce((sum, [, records]) => sum + records.length, 0);
    const lines = async (): Promise<string[]> =>
      (await readFile(pipeline.file, "utf8").catch(() => "")).split("\n").slice(0, -1);
    await eventually("the file has every resource", async () => (await lines()).length >= count);
    const types = new Set(
      (await lines()).map((line) => (JSON.parse(line) as { resourceType: string }).resourceType),
    );
    assert.deepEqual(
      [...types].map((type) => `healthcare.fhir.${type.toLowerCase()}`).toSorted(),
      fhir.map(([topic]) => topic).toSorted(),
    );
    // Every topic has its subject, under the API of a registry.
    const subjects = await rest(pipeline.worker.url, "GET", "/schema-registry/subjects");
    assert.deepEqual(subjects.body, fhir.map(([topic]) => `${topic}-value`).toSorted());
  });
}

interface Person {
  readonly id: string;
  readonly birthDate?: string;
}

/** A record of a producer that sends its schema along, as JsonConverter writes it. */
function withSchema(fields: readonly string[], payload: Person): string {
  return JSON.stringify({
    schema: {
      type: "struct",
      name: "x.Person",
      optional: false,
      fields: fields.map((field) => ({ field, type: "string", optional: false })),
    },
    payload,
  });
}

/** The embedded log belongs to one process at a time, so the producer comes before the worker. */
async function produced(bootstrapServers: string, values: readonly string[]): Promise<void> {
  const log = await openRecordLog({ "bootstrap.servers": bootstrapServers });
  try {
    await log.admin.createTopics(
      ["people", "people.avro"].map((topic) => ({ topic, partitions: 1, replicationFactor: 1 })),
    );
    const producer = await log.producer({ clientId: "people" });
    await producer.send(
      values.map((value) => ({
        topic: "people",
        partition: 0,
        key: null,
        value: new TextEncoder().encode(value),
        headers: [],
        timestamp: null,
      })),
    );
    await producer.close();
  } finally {
    await log.close();
  }
}

test("S-6: a producer that removes a field is refused at the door, with path and readers, and the rest flows on", async (t) => {
  const { bootstrapServers } = await testLog(t, "embedded");
  const address = `embedded:${join(temporaryDirectory(t), "schemas")}`;
  const old = (id: string): string => withSchema(["id", "birthDate"], { id, birthDate: "1970" });
  await produced(bootstrapServers, [old("1"), withSchema(["id"], { id: "SECRET" }), old("3")]);
  const worker = await startWorkerProcess(
    t,
    workerProps(bootstrapServers, { "schema.registry.url": address }),
  );
  const text = "org.apache.kafka.connect.storage.StringConverter";
  const avro = {
    "value.converter": "io.confluent.connect.avro.AvroConverter",
    "value.converter.schema.registry.url": address,
  };
  const sink = {
    "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
    topics: "people.avro",
    file: join(temporaryDirectory(t), "people.ndjson"),
    "key.converter": text,
    ...avro,
    transforms: "keep",
    "transforms.keep.type": "org.apache.kafka.connect.transforms.ReplaceField$Value",
    "transforms.keep.include": "id,birthDate",
  };
  await postConnector(worker.url, { name: "warehouse", config: sink });
  await postConnector(worker.url, {
    name: "people-to-avro",
    config: {
      "connector.class": "TopicStreamConnector",
      topics: "people",
      "key.converter": text,
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      ...Object.fromEntries(Object.entries(avro).map(([key, value]) => [`output.${key}`, value])),
      "output.value.converter.auto.register.schemas": "true",
      transforms: "route",
      "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
      "transforms.route.regex": "people",
      "transforms.route.replacement": "people.avro",
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": "people.dlq",
      "errors.deadletterqueue.topic.replication.factor": "1",
      "errors.deadletterqueue.context.headers.enable": "true",
    },
  });
  const beside = await openBeside(bootstrapServers);
  t.after(() => beside.close());
  await eventually("both records with the old schema arrive", async () => {
    return (await topicContents(beside, "people.avro")).length === 2;
  });
  const [refused] = await topicContents(beside, "people.dlq");
  assert.ok(refused, "the third is a dead letter");
  const message = headerText(refused, "__connect.errors.exception.message") ?? "";
  assert.match(message, /birthDate: the field was removed/);
  assert.match(message, /read by warehouse \(transforms\.keep\.include\)/);
  assert.doesNotMatch(message, /SECRET/);
});
