import assert from "node:assert/strict";
import { test } from "node:test";
import type { SnowflakeDouble } from "#test/servers/snowflake-double/server";
import { patient, recordOf, startAccount, startTask } from "./fixtures/harness.ts";

/*
 * On our own double of Snowflake's protocol (test/servers/snowflake-double): the driver is the real one; locks,
 * transactions, MERGE and sessions are what the double believes of Snowflake. The same statements run on an
 * independent server in test/integration/fakesnow.test.ts.
 */

test("SF-1 a topic that is replayed leaves the table as one pass did", async (t) => {
  const double = await startAccount(t);
  const records = [1, 2, 3].flatMap((version, at) =>
    ["a", "b"].map((id, index) => recordOf(at * 2 + index, patient(id, version))),
  );
  const first = await startTask(t, double, { connectorName: "first" });
  await first.put(...records);
  const once = await double.query(
    `SELECT * EXCLUDE ("RECORD_METADATA") FROM "PATIENT" ORDER BY ALL`,
  );

  // Another connector has no offsets yet, so it writes everything once more.
  for (const connectorName of ["second", "third"]) {
    const again = await startTask(t, double, { connectorName });
    await again.put(...records);
  }

  assert.equal(once.length, 2);
  assert.deepEqual(
    await double.query(`SELECT * EXCLUDE ("RECORD_METADATA") FROM "PATIENT" ORDER BY ALL`),
    once,
  );
});

test("SF-3 an older version after a newer one changes nothing, and equal times are decided by the offset", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { "buffer.count.records": "3" } });
  const at = (value: string) => ({ meta: { lastUpdated: "2026-01-01T00:00:00Z" }, gender: value });

  await sink.put(
    recordOf(0, patient("a", 10)),
    recordOf(1, patient("a", 9)),
    recordOf(2, patient("b", 2)),
  );
  await sink.put(
    recordOf(3, patient("b", 1)),
    recordOf(4, { resourceType: "Patient", id: "c", ...at("first") }),
    recordOf(5, { resourceType: "Patient", id: "c", ...at("second") }),
  );

  const rows = await double.query(
    `SELECT "RESOURCE_ID", "VERSION_ID", "RECORD_CONTENT"->>'gender' FROM "PATIENT" ORDER BY 1`,
  );
  assert.deepEqual(rows, [
    ["a", "10", null],
    ["b", "2", null],
    ["c", null, "second"],
  ]);
});

test("SF-4 Patient/1 and Observation/1 are two rows, and so is one id of two tenants", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { "tenant.header": "source-system" } });
  const from = (tenant: string) => ({ headers: { "source-system": tenant } });

  await sink.put(recordOf(0, { resourceType: "Patient", id: "1" }, from("NORTH")));
  await sink.put(recordOf(1, { resourceType: "Observation", id: "1" }, from("NORTH")));
  await sink.put(recordOf(2, { resourceType: "Patient", id: "1" }, from("SOUTH")));
  await sink.put(recordOf(3, { resourceType: "Patient", id: "1" }, from("SOUTH")));

  const rows = await double.query(
    `SELECT "TENANT", "RESOURCE_TYPE", "RESOURCE_ID" FROM "PATIENT" ORDER BY ALL`,
  );
  assert.deepEqual(rows, [
    ["NORTH", "Observation", "1"],
    ["NORTH", "Patient", "1"],
    ["SOUTH", "Patient", "1"],
  ]);
});

test("SF-5 a task whose partition another one has by now writes nothing and fails", async (t) => {
  const double = await startAccount(t);
  const zombie = await startTask(t, double);
  await zombie.put(recordOf(0, patient("a", 1)));
  const owner = await startTask(t, double);

  await assert.rejects(zombie.put(recordOf(1, patient("a", 2))), { code: "SNOWFLAKE_FENCED" });

  assert.deepEqual(owner.seeks.at(-1), {
    topic: "healthcare.fhir.patient",
    partition: 0,
    offset: 1,
  });
  await owner.put(recordOf(1, patient("b", 1)));
  const rows = await double.query(`SELECT "RESOURCE_ID", "VERSION_ID" FROM "PATIENT" ORDER BY 1`);
  assert.deepEqual(rows, [
    ["a", "1"],
    ["b", "1"],
  ]);
});

test("SF-5 a zombie cannot take its partition back when it opens its session anew", async (t) => {
  const double = await startAccount(t);
  const zombie = await startTask(t, double);
  const owner = await startTask(t, double);
  double.expireSessions();

  await assert.rejects(zombie.put(recordOf(0, patient("a", 1))), { code: "SNOWFLAKE_FENCED" });
  await owner.put(recordOf(0, patient("b", 1)));

  assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT"`), [["b"]]);
});

const deletes = [
  {
    title: "a tombstone with the resource in its key",
    record: (at: number) => recordOf(at, null, { key: "Patient/a", timestamp: 1_800_000_000_000 }),
  },
  {
    title: "a FHIR delete event",
    record: (at: number) =>
      recordOf(at, patient("a", 3), { headers: { "fhir-interaction": "delete" } }),
  },
];
for (const { title, record } of deletes) {
  test(`SF-6 soft: ${title} keeps the row as deleted`, async (t) => {
    const double = await startAccount(t);
    // Without versions the times decide: a tombstone has none but that of its record.
    const sink = await startTask(t, double, { props: { "version.path": "none" } });

    await sink.put(recordOf(0, patient("a", 1)));
    await sink.put(record(1));
    await sink.put(
      recordOf(2, {
        resourceType: "Patient",
        id: "a",
        meta: { lastUpdated: "2020-01-01T00:00:00Z" },
      }),
    );

    const rows = await double.query(`SELECT "RESOURCE_ID", "IS_DELETED" FROM "PATIENT"`);
    assert.deepEqual(rows, [["a", "true"]]);
  });

  test(`SF-6 hard: ${title} removes the row, and a late older version does not bring it back`, async (t) => {
    const double = await startAccount(t);
    const props = { "delete.mode": "hard", "version.path": "none" };
    const sink = await startTask(t, double, { props });

    await sink.put(recordOf(0, patient("a", 1)));
    await sink.put(record(1));
    await sink.put(
      recordOf(2, {
        resourceType: "Patient",
        id: "a",
        meta: { lastUpdated: "2020-01-01T00:00:00Z" },
      }),
    );
    const afterLate = await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT"`);
    await sink.put(
      recordOf(3, {
        resourceType: "Patient",
        id: "a",
        meta: { lastUpdated: "2030-01-01T00:00:00Z" },
      }),
    );

    assert.deepEqual(afterLate, []);
    assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT"`), [["a"]]);
  });

  test(`SF-6 ignore: ${title} does nothing`, async (t) => {
    const double = await startAccount(t);
    const sink = await startTask(t, double, { props: { "delete.mode": "ignore" } });

    await sink.put(recordOf(0, patient("a", 1)));
    await sink.put(record(1));

    const rows = await double.query(`SELECT "VERSION_ID", "IS_DELETED" FROM "PATIENT"`);
    assert.deepEqual(rows, [["1", "false"]]);
  });
}

const EARLY = Date.parse("2026-01-01T00:00:00.500Z");
const LATER = Date.parse("2027-01-01T00:00:00Z");
const tombstone = (offset: number, timestamp: number) =>
  recordOf(offset, null, { key: "Patient/a", timestamp });

for (const mode of ["soft", "hard"]) {
  const isThere = async (double: SnowflakeDouble): Promise<boolean> => {
    const rows = await double.query(`SELECT "IS_DELETED" FROM "PATIENT"`);
    return rows.length > 0 && rows[0]?.[0] === "false";
  };

  for (const size of [1, 4]) {
    test(`SF-6 ${mode}: a tombstone, which has no version, deletes one that has, in batches of ${size}`, async (t) => {
      const double = await startAccount(t);
      const props = { "delete.mode": mode, "buffer.count.records": String(size) };
      const sink = await startTask(t, double, { props });
      const records = [
        recordOf(0, patient("a", 7)),
        recordOf(1, patient("a", 9)),
        tombstone(2, LATER),
        // Late, older than the deletion whatever its number.
        recordOf(3, patient("a", 8)),
      ];

      // A call is one batch at least.
      for (let at = 0; at < records.length; at += size) {
        await sink.put(...records.slice(at, at + size));
      }

      assert.equal(await isThere(double), false);
    });
  }

  test(`SF-6 ${mode}: a tombstone from before does not delete what came after it`, async (t) => {
    const double = await startAccount(t);
    const props = { "delete.mode": mode, "buffer.count.records": "2" };
    const sink = await startTask(t, double, { props });

    await sink.put(tombstone(0, EARLY), recordOf(1, patient("a", 9)));
    await sink.put(recordOf(2, patient("b", 1)), tombstone(3, EARLY));

    const rows = await double.query(
      `SELECT "RESOURCE_ID" FROM "PATIENT" WHERE "IS_DELETED" = false ORDER BY 1`,
    );
    assert.deepEqual(rows, [["a"], ["b"]]);
  });
}

test("a tombstone whose key names no resource is refused, because nothing can be deleted", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double);

  await sink.put(recordOf(0, null, { key: "MR0001" }));

  assert.deepEqual(
    sink.reports.map(({ error }) => (error as { code: string }).code),
    ["SNOWFLAKE_KEY_MISSING"],
  );
  assert.equal(await sink.committable(1), undefined);
});

test("numbers keep their digits in RECORD_RAW", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { "raw.column.enabled": "true" } });
  const text = '{"resourceType":"Observation","id":"o","valueQuantity":{"value":7.10}}';

  await sink.put(recordOf(0, text));

  assert.deepEqual(await double.query(`SELECT "RECORD_RAW" FROM "PATIENT"`), [[text]]);
});

test("append keeps a row for each version, and a version that comes again is no second row", async (t) => {
  const double = await startAccount(t);
  const records = [
    recordOf(0, patient("a", 1)),
    recordOf(1, patient("a", 2)),
    recordOf(2, patient("a", 1)),
    recordOf(3, { resourceType: "Patient", id: "b" }),
    recordOf(4, { resourceType: "Patient", id: "b" }),
  ];
  const props = { "insert.mode": "append", "buffer.count.records": "5" };

  for (const connectorName of ["once", "again"]) {
    const sink = await startTask(t, double, { props, connectorName });
    await sink.put(...records);
  }

  const rows = await double.query(
    `SELECT "RESOURCE_ID", "VERSION_ID", "SOURCE_OFFSET" FROM "PATIENT" ORDER BY "SOURCE_OFFSET"`,
  );
  assert.deepEqual(rows, [
    ["a", "1", "0"],
    ["a", "2", "1"],
    ["b", null, "3"],
    ["b", null, "4"],
  ]);
});
