import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { SnowflakeDouble } from "../servers/snowflake-double/server.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { startPipeline, testLog } from "../support/pipeline.ts";
import { headerText } from "../support/topic-contents.ts";
import { connectorConfig, eventually, postConnector, rest } from "../support/rest-client.ts";

/*
 * The whole way, from MLLP to bronze tables: real worker processes, the real driver, and our own double of Snowflake's
 * protocol. `npm run test:snowflake` sends 10,000 messages and kills 20 times; within `npm test` it is less.
 */
const MESSAGES = Number(process.env["SNOWFLAKE_MESSAGES"] ?? 100);
const KILLS = Number(process.env["SNOWFLAKE_PIPELINE_KILLS"] ?? 1);
const PATIENCE_MS = 30_000 + MESSAGES * 60;

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

test(
  `${MESSAGES} messages, ${KILLS} kills, two replays: the tables are those of one pass`,
  { timeout: 3 * PATIENCE_MS + KILLS * 20_000 },
  async (t) => {
    const double = await SnowflakeDouble.start({
      users: { CLINICAL_CONNECT: { publicKeyPem: publicKey } },
      roles: { INGEST: [["CREATE TABLE", "SCHEMA", "BRONZE.PUBLIC"]] },
    });
    t.after(() => double.stop());
    const pipeline = await startPipeline(t, await testLog(t, "embedded"));
    const sink = (name: string) => ({
      name,
      config: {
        ...connectorConfig("fhir-to-snowflake", {
          "snowflake.url.name": double.url,
          "snowflake.private.key": privateKey,
          "consumer.override.metadata.max.age.ms": "300",
          "buffer.count.records": "500",
          "buffer.flush.time": "10",
        }).config,
        name,
      },
    });
    const messages = [...generateMessages({ seed: 5, count: MESSAGES })];
    const sent = await sendAll({ port: pipeline.port }, messages, { connections: 10 });
    assert.ok(sent.every(({ code }) => code === "AA"));
    const isConverted = async (): Promise<boolean> => {
      const contents = await pipeline.contents(/^healthcare\.fhir\.provenance/);
      const ids = (contents.get("healthcare.fhir.provenance") ?? []).map((record) =>
        headerText(record, "message-control-id"),
      );
      return new Set(ids).size === MESSAGES;
    };
    await eventually("everything is FHIR", isConverted, PATIENCE_MS, 500);

    // The worker is killed again and again while the sink is at work.
    let worker = pipeline.worker;
    await postConnector(worker.url, sink("first"));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = double.statements.length;
      await eventually(
        "the sink is at work",
        async () => double.statements.length > before + 20 + kill || (await isDelivered("first")),
        PATIENCE_MS,
        20,
      );
      await worker.end("SIGKILL");
      worker = await pipeline.restart();
    }
    await eventually("everything is in Snowflake", () => isDelivered("first"), PATIENCE_MS, 500);
    const once = await tables();
    // At the same time, so that they also meet each other.
    const replays = ["second", "third"];
    for (const name of replays) await postConnector(worker.url, sink(name));
    for (const name of replays) {
      await eventually("the replay is done", () => isDelivered(name), PATIENCE_MS, 500);
    }
    const replayed = await tables();

    const expected = await lastStates();
    t.diagnostic(`${expected.size} resources in ${once.size} tables`);
    assert.deepEqual(
      new Set([...once.values()].flat().map(([id]) => id)),
      new Set(expected.keys()),
    );
    for (const [id, content] of [...once.values()].flat()) {
      assert.equal(content, expected.get(String(id)), String(id));
    }
    assert.deepEqual(replayed, once);

    /** Whether the sink has committed everything that the FHIR topics hold. */
    async function isDelivered(name: string): Promise<boolean> {
      const rows = await double
        .query(
          `SELECT "TOPIC", "NEXT_OFFSET" FROM "CLINICAL_CONNECT_OFFSETS" WHERE "CONNECTOR" = '${name}'`,
        )
        .catch(() => []);
      const stored = new Map(rows.map(([topic, offset]) => [topic, Number(offset)]));
      const contents = await pipeline.contents(/^healthcare\.fhir\./);
      return [...contents].every(([topic, records]) => {
        const next = Math.max(...records.map(({ offset }) => offset)) + 1;
        return stored.get(topic) === next;
      });
    }

    /** Key and raw document of every row, by table. */
    async function tables(): Promise<Map<string, (readonly (string | null)[])[]>> {
      const found = new Map<string, (readonly (string | null)[])[]>();
      const names = await double.query(
        `SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'HEALTHCARE%' ORDER BY 1`,
      );
      for (const [name] of names) {
        const rows = await double.query(
          `SELECT "RESOURCE_TYPE" || '/' || "RESOURCE_ID", "RECORD_RAW" FROM "${name}" ORDER BY 1`,
        );
        found.set(String(name), [...rows]);
      }
      return found;
    }

    /** What the newest record of each resource says, by the order that the sink promises. */
    async function lastStates(): Promise<Map<string, string>> {
      const newest = new Map<string, { readonly order: string; readonly text: string }>();
      for (const [topic, records] of await pipeline.contents(/^healthcare\.fhir\./)) {
        for (const { partition, offset, value, headers } of records) {
          const text = new TextDecoder().decode(value ?? undefined);
          const { resourceType, id } = JSON.parse(text) as { resourceType: string; id: string };
          const time = headers.find(([key]) => key === "event-time")?.[1];
          const at = new Date(new TextDecoder().decode(time ?? undefined)).toISOString();
          const order = `${at} ${String(offset).padStart(16, "0")} ${partition} ${topic}`;
          const key = `${resourceType}/${id}`;
          const known = newest.get(key);
          if (!known || known.order < order) newest.set(key, { order, text });
        }
      }
      return new Map([...newest].map(([key, { text }]) => [key, text]));
    }
  },
);

test("a config posted with three wrong keys is refused with all of them, and a right one runs", async (t) => {
  const double = await SnowflakeDouble.start({
    users: { CLINICAL_CONNECT: { publicKeyPem: publicKey } },
    roles: { INGEST: [["CREATE TABLE", "SCHEMA", "BRONZE.PUBLIC"]] },
  });
  t.after(() => double.stop());
  const pipeline = await startPipeline(t, await testLog(t, "embedded"));
  const right = connectorConfig("fhir-to-snowflake", {
    "snowflake.url.name": double.url,
    "snowflake.private.key": privateKey,
  });
  const wrong = {
    ...right,
    config: {
      ...right.config,
      "buffer.flush.time": "1",
      "insert.mode": "both",
      "snowflake.url.name": "x",
    },
  };

  const refused = await rest(pipeline.worker.url, "POST", "/connectors", wrong);
  const taken = await rest(pipeline.worker.url, "POST", "/connectors", right);

  assert.equal(refused.status, 400);
  const { message } = refused.body as { message: string };
  for (const key of ["buffer.flush.time", "insert.mode", "snowflake.url.name"]) {
    assert.match(message, new RegExp(key.replaceAll(".", "\\.")));
  }
  assert.doesNotMatch(message, /BEGIN PRIVATE KEY/);
  assert.equal(taken.status, 201);
});
