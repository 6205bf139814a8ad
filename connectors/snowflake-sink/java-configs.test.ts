import assert from "node:assert/strict";
import { test } from "node:test";
import type { Props, SinkConnector } from "#connect-api";
import {
  JavaSnowflakeSinkConnector,
  JavaSnowflakeStreamingSinkConnector,
  SnowflakeSinkConnector,
} from "./connector.ts";
import {
  TOPIC,
  patient,
  privateKey,
  recordOf,
  startAccount,
  startTask,
} from "./fixtures/harness.ts";
import { TableNames } from "./table-names.ts";

/*
 * Configs as people post them to Java's connectors, with an address, names and a key of this test. On our own double of
 * Snowflake's protocol; see upsert.test.ts.
 */

const bareKey = privateKey.replaceAll(/-----[A-Z ]+-----|\n/g, "");
const account = (url: string): Props => ({
  "snowflake.url.name": url,
  "snowflake.user.name": "loader",
  "snowflake.private.key": bareKey,
  "snowflake.database.name": "BRONZE",
  "snowflake.schema.name": "PUBLIC",
});

interface Example {
  readonly title: string;
  readonly connector: () => SinkConnector;
  readonly props: Props;
  readonly query: string;
  readonly rows: readonly (readonly (string | null)[])[];
}

const value = patient("a", 1, { gender: "male", multipleBirthInteger: 2 });
const examples: readonly Example[] = [
  {
    title: "3.x with Snowpipe: two documents, the table named after its topic with a hash",
    connector: () => new JavaSnowflakeSinkConnector(),
    props: {
      "connector.class": "com.snowflake.kafka.connector.SnowflakeSinkConnector",
      "tasks.max": "8",
      topics: TOPIC,
      "buffer.count.records": "1",
      "buffer.flush.time": "60",
      "buffer.size.bytes": "5000000",
      "snowflake.ingestion.method": "SNOWPIPE",
      "key.converter": "org.apache.kafka.connect.storage.StringConverter",
      "value.converter": "com.snowflake.kafka.connector.records.SnowflakeJsonConverter",
      "snowflake.snowpipe.v2CleanerEnabled": "true",
      jmx: "true",
    },
    query: `SELECT "RECORD_CONTENT"->>'id', "RECORD_METADATA"->>'topic', "RECORD_METADATA"->>'offset', "RECORD_METADATA"->>'key' FROM "HEALTHCARE_FHIR_PATIENT_1461270941"`,
    rows: [["a", TOPIC, "0", "k"]],
  },
  {
    title: "3.x with Snowpipe Streaming, a map of tables, and only some metadata",
    connector: () => new JavaSnowflakeSinkConnector(),
    props: {
      "connector.class": "com.snowflake.kafka.connector.SnowflakeSinkConnector",
      topics: TOPIC,
      "snowflake.topic2table.map": `${TOPIC}:fhir_patient`,
      "snowflake.role.name": "ingest",
      "snowflake.ingestion.method": "SNOWPIPE_STREAMING",
      "snowflake.streaming.max.client.lag": "1",
      "snowflake.streaming.enable.single.buffer": "true",
      "buffer.count.records": "1",
      "snowflake.metadata.topic": "false",
      "enable.streaming.channel.offset.migration": "true",
      "errors.tolerance": "all",
      "errors.log.enable": "true",
    },
    query: `SELECT "RECORD_CONTENT"->>'id', "RECORD_METADATA"->>'topic' FROM "FHIR_PATIENT"`,
    rows: [["a", null]],
  },
  {
    title: "4.x: typed columns under the fields' own names, and metadata",
    connector: () => new JavaSnowflakeStreamingSinkConnector(),
    props: {
      "connector.class": "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector",
      topics: TOPIC,
      "snowflake.topic2table.map": `${TOPIC}:FHIR`,
      "snowflake.role.name": "INGEST",
      "buffer.count.records": "1",
      "snowflake.validation": "server_side",
      "snowflake.streaming.validate.compatibility.with.classic": "false",
      "snowflake.cache.table.exists": "true",
    },
    query: `SELECT "id", "gender", "multipleBirthInteger", "RECORD_METADATA"->>'offset' FROM "FHIR"`,
    rows: [["a", "male", "2", "0"]],
  },
];

for (const { title, connector, props, query, rows } of examples) {
  test(`SF-17 ${title}`, async (t) => {
    const double = await startAccount(t);
    const posted = { ...account(double.url), ...props };
    const errors = (await connector().validate(posted)).filter((each) => each.errors.length > 0);
    const sink = await startTask(t, double, {
      connector: connector(),
      props: { "snowflake.topic2table.map": "", ...posted },
    });

    await sink.put(recordOf(0, value));

    assert.deepEqual(errors, []);
    assert.deepEqual(await double.query(query), rows);
  });
}

test("SF-17 every key of Java's connectors is known, and those that mean nothing here say so", () => {
  const { keys } = new JavaSnowflakeSinkConnector().config();
  const ignored = Object.entries(keys).filter(([, { group }]) => group === "Accepted and ignored");

  assert.ok(ignored.length >= 25);
  for (const [name, { documentation }] of ignored) {
    assert.match(documentation, /ignored: \w+/, name);
  }
});

test("a row without value: written with empty content, or left out", async (t) => {
  const double = await startAccount(t);
  const run = async (behavior: string, table: string): Promise<unknown> => {
    const sink = await startTask(t, double, {
      connector: new JavaSnowflakeSinkConnector(),
      connectorName: table,
      props: {
        "behavior.on.null.values": behavior,
        "snowflake.topic2table.map": `${TOPIC}:${table}`,
      },
    });
    await sink.put(recordOf(0, null), recordOf(1, value));
    return double.query(`SELECT "RECORD_CONTENT"->>'id' FROM "${table}" ORDER BY 1`);
  };

  assert.deepEqual(await run("default", "KEPT"), [["a"], [null]]);
  assert.deepEqual(await run("ignore", "DROPPED"), [["a"]]);
});

test("our own class and Java's differ only in defaults", () => {
  const own = new SnowflakeSinkConnector().config().keys;
  const java = new JavaSnowflakeSinkConnector().config().keys;
  const differing = Object.keys(own).filter((key) => own[key]?.default !== java[key]?.default);

  assert.deepEqual(Object.keys(own), Object.keys(java));
  assert.deepEqual(differing, ["insert.mode"]);
});

const names: readonly { map: string; topic: string; table: string }[] = [
  { map: "", topic: "plain_topic", table: "DB.S.PLAIN_TOPIC" },
  { map: "", topic: "a.b-c", table: "DB.S.A_B_C" },
  { map: "", topic: "1st", table: "DB.S._1ST" },
  { map: "a.b:x", topic: "a.b", table: "DB.S.X" },
  { map: 'a:"My Table"', topic: "a", table: "DB.S.My Table" },
  { map: "a:other.x", topic: "a", table: "DB.OTHER.X" },
  { map: "a:d.other.x", topic: "a", table: "D.OTHER.X" },
  { map: "fhir\\..*:all,b:c", topic: "fhir.patient", table: "DB.S.ALL" },
];
for (const { map, topic, table } of names) {
  test(`table of ${topic} with the map "${map}" is ${table}`, () => {
    const options = { map, database: "db", schema: "s", isSanitized: true, hasHash: false };

    assert.equal(Object.values(new TableNames(options).of(topic)).join("."), table);
  });
}
