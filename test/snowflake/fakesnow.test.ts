import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { DataError } from "#connect-api";
import { patient, recordOf, startTask } from "../../connectors/snowflake-sink/fixtures/harness.ts";
import { parseSettings } from "../../connectors/snowflake-sink/settings.ts";
import { configDef } from "../../connectors/snowflake-sink/config.ts";
import { Session } from "../../connectors/snowflake-sink/session.ts";
import { loginProps } from "../../connectors/snowflake-sink/fixtures/harness.ts";
import { startFakesnow } from "../servers/fakesnow.ts";
import type { Fakesnow } from "../servers/fakesnow.ts";
import { ServerMissingError } from "../servers/maven-jars.ts";

/*
 * The sink's statements on fakesnow, which is not ours: it parses Snowflake's SQL and runs it on DuckDB. So this suite
 * says that the SQL is Snowflake's. What fakesnow does not have (locks, roles, expiring sessions, faults) is on our own
 * double, in connectors/snowflake-sink.
 */

let server: Fakesnow | undefined;
let missing: string | undefined;
before(async () => {
  try {
    server = await startFakesnow();
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    missing = error.message;
  }
});
after(() => server?.stop());

async function query(sql: string): Promise<readonly (readonly unknown[])[]> {
  const settings = parseSettings(loginProps((server as Fakesnow).url), configDef, false);
  const session = await Session.open(settings, new AbortController().signal);
  try {
    return (await session.execute(sql)).rows;
  } finally {
    session.close();
  }
}

const modes = [
  {
    mode: "upsert",
    rows: [
      ["a", "3"],
      ["b", "1"],
    ],
  },
  {
    mode: "append",
    rows: [
      ["a", "1"],
      ["a", "2"],
      ["a", "3"],
      ["b", "1"],
    ],
  },
] as const;
for (const { mode, rows } of modes) {
  test(`fakesnow: ${mode}, twice over, is one pass`, async (t) => {
    if (missing !== undefined) return t.skip(missing);
    const table = `T_${mode.toUpperCase()}`;
    const props = {
      "insert.mode": mode,
      "buffer.count.records": "4",
      "snowflake.topic2table.map": `healthcare.fhir.patient:${table}`,
      "request.timeout.ms": "60000",
    };
    const records = [patient("a", 2), patient("b", 1), patient("a", 3), patient("a", 1)].map(
      (value, offset) => recordOf(offset, value),
    );

    for (const connectorName of ["once", "again"]) {
      const sink = await startTask(t, server as Fakesnow, {
        props,
        connectorName: `${mode}-${connectorName}`,
      });
      await sink.put(...records);
    }

    assert.deepEqual(
      await query(`SELECT RESOURCE_ID, VERSION_ID FROM ${table} ORDER BY 1, 2`),
      rows,
    );
  });
}

test("fakesnow: hard deletes are remembered, and offsets are where the task goes on", async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const props = {
    "delete.mode": "hard",
    "snowflake.topic2table.map": "healthcare.fhir.patient:T_HARD",
    "request.timeout.ms": "60000",
  };
  const sink = await startTask(t, server as Fakesnow, { props, connectorName: "hard" });
  await sink.put(recordOf(0, patient("a", 2)));
  await sink.put(recordOf(1, patient("a", 3), { headers: { "fhir-interaction": "delete" } }));
  await sink.put(recordOf(2, patient("a", 1)));
  await sink.task.stop();

  const again = await startTask(t, server as Fakesnow, { props, connectorName: "hard" });

  assert.deepEqual(await query(`SELECT RESOURCE_ID FROM T_HARD`), []);
  assert.deepEqual(again.seeks.at(-1)?.offset, 3);
});

test("fakesnow: typed columns come with the records, and a value that does not convert is refused", async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const props = {
    "snowflake.enable.schematization": "true",
    "snowflake.topic2table.map": "healthcare.fhir.patient:T_TYPED",
    "request.timeout.ms": "60000",
    "buffer.count.records": "2",
  };
  const sink = await startTask(t, server as Fakesnow, { props, connectorName: "typed" });

  await sink.put(
    recordOf(0, patient("a", 1, { active: true })),
    recordOf(1, patient("b", 1, { active: "perhaps" })),
  );

  assert.deepEqual(
    sink.reports.map(({ error }) => (error as DataError).code),
    ["SNOWFLAKE_COLUMN_TYPE"],
  );
  assert.deepEqual(await query(`SELECT ID, TO_VARCHAR(ACTIVE) FROM T_TYPED`), [["a", "true"]]);
});
