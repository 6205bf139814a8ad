import assert from "node:assert/strict";
import { test } from "node:test";
import {
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from "#connect-api";
import type { DataError, Schema } from "#connect-api";
import { TOPIC, startAccount, startTask } from "./fixtures/harness.ts";
import type { Report } from "./fixtures/harness.ts";

/* On our own double of Snowflake's protocol; see upsert.test.ts. */

const v1 = SchemaBuilder.struct()
  .name("Patient")
  .field("resourceType", STRING_SCHEMA)
  .field("id", STRING_SCHEMA)
  .field("gender", STRING_SCHEMA)
  .build();
const v2 = SchemaBuilder.struct()
  .name("Patient")
  .field("resourceType", STRING_SCHEMA)
  .field("id", STRING_SCHEMA)
  .field("gender", STRING_SCHEMA)
  .field("birthDate", OPTIONAL_STRING_SCHEMA)
  .build();

function structRecord(offset: number, schema: Schema, values: object): SinkRecord {
  const struct = new Struct(schema);
  for (const [name, value] of Object.entries({ resourceType: "Patient", ...values })) {
    struct.put(name, value);
  }
  return new SinkRecord({ topic: TOPIC, partition: 0, offset, valueSchema: schema, value: struct });
}

const typed = { "snowflake.enable.schematization": "true" };

test("SF-7 a field that comes later becomes a column: null before, there for the record that brought it", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: typed });

  await sink.put(structRecord(0, v1, { id: "a", gender: "male" }));
  await sink.put(structRecord(1, v2, { id: "b", gender: "female", birthDate: "1990-01-01" }));

  const rows = await double.query(`SELECT "ID", "GENDER", "BIRTHDATE" FROM "PATIENT" ORDER BY 1`);
  assert.deepEqual(rows, [
    ["a", "male", null],
    ["b", "female", "1990-01-01"],
  ]);
});

test("SF-7 a field that is gone no longer has to be there", async (t) => {
  const double = await startAccount(t);
  await double.query(
    `CREATE TABLE "BRONZE"."PUBLIC"."PATIENT" ("RECORD_CONTENT" VARIANT, "RECORD_METADATA" VARIANT, "BIRTHDATE" VARCHAR NOT NULL)`,
  );
  const sink = await startTask(t, double, { props: typed });

  await sink.put(structRecord(0, v1, { id: "a", gender: "male" }));

  assert.deepEqual(await double.query(`SELECT "ID", "BIRTHDATE" FROM "PATIENT"`), [["a", null]]);
});

test("SF-7 a field whose type changed is refused with the column's name, and the others land", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { ...typed, "buffer.count.records": "2" } });
  const counted = SchemaBuilder.struct()
    .field("resourceType", STRING_SCHEMA)
    .field("id", STRING_SCHEMA)
    .field("visits", INT32_SCHEMA)
    .build();
  const named = SchemaBuilder.struct()
    .field("resourceType", STRING_SCHEMA)
    .field("id", STRING_SCHEMA)
    .field("visits", STRING_SCHEMA)
    .build();
  await sink.put(
    structRecord(0, counted, { id: "a", visits: 3 }),
    structRecord(1, counted, { id: "b", visits: 4 }),
  );

  await sink.put(
    structRecord(2, named, { id: "c", visits: "many" }),
    structRecord(3, counted, { id: "d", visits: 5 }),
  );

  assert.equal(sink.reports.length, 1);
  const { code, message } = (sink.reports[0] as Report).error as DataError;
  assert.equal(code, "SNOWFLAKE_COLUMN_TYPE");
  assert.match(message, /VISITS/);
  assert.deepEqual(await double.query(`SELECT "ID", "VISITS" FROM "PATIENT" ORDER BY 1`), [
    ["a", "3"],
    ["b", "4"],
    ["d", "5"],
  ]);
});

test("SF-7 two tasks that widen a table at the same time both succeed", async (t) => {
  const double = await startAccount(t);
  const partitions = [0, 1].map((partition) => [{ topic: TOPIC, partition }]);
  const [first, second] = await Promise.all(
    partitions.map((own) => startTask(t, double, { props: typed, partitions: own })),
  );
  const other = (record: SinkRecord): SinkRecord =>
    new SinkRecord({ ...record, partition: 1, originalPartition: 1 });

  await Promise.all([
    first?.put(structRecord(0, v2, { id: "a", gender: "male", birthDate: "1990-01-01" })),
    second?.put(other(structRecord(0, v2, { id: "b", gender: "male", birthDate: "1991-01-01" }))),
  ]);

  const rows = await double.query(`SELECT "ID", "BIRTHDATE" FROM "PATIENT" ORDER BY 1`);
  assert.deepEqual(rows, [
    ["a", "1990-01-01"],
    ["b", "1991-01-01"],
  ]);
});
