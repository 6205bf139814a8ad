import assert from "node:assert/strict";
import { test } from "node:test";
import { RetriableError } from "#connect-api";
import type { SinkRecord } from "#connect-api";
import type { Fault, SnowflakeDouble, StatementSeen } from "#test/servers/snowflake-double/server";
import { patient, recordOf, startAccount, startTask } from "./fixtures/harness.ts";
import type { RunningTask } from "./fixtures/harness.ts";

/* On our own double of Snowflake's protocol; see upsert.test.ts. */

/** Puts as the worker does: again, with nothing new, while the sink asks for it. */
async function putUntilTaken(sink: RunningTask, ...records: readonly SinkRecord[]) {
  for (let attempts = 0; ; attempts += 1) {
    try {
      await sink.put(...records);
      return attempts;
    } catch (error) {
      if (!(error instanceof RetriableError) || attempts > 20) throw error;
    }
  }
}

async function statementsOf(double: SnowflakeDouble, act: () => Promise<void>): Promise<number> {
  const before = double.statements.length;
  await act();
  return double.statements.length - before;
}

/** A small generator of numbers, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `npm run test:snowflake` kills 200 times; within `npm test` it is fewer. */
const KILLS = Number(process.env["SNOWFLAKE_KILLS"] ?? 30);

test(`SF-2 a task killed at ${KILLS} points loses nothing and doubles nothing`, async (t) => {
  const double = await startAccount(t);
  const random = seeded(20260101);
  const total = 4 * KILLS;
  const records = Array.from({ length: total }, (_, offset) =>
    recordOf(offset, patient(`p${offset % 40}`, offset + 1)),
  );
  const props = {
    "insert.mode": "append",
    "buffer.count.records": "4",
    "request.timeout.ms": "100",
    "offset.table.name": "OFFSETS",
  };
  const kinds = ["hang", "hang-after"] as const;
  let kills = 0;
  let next = 0;
  while (next < total) {
    double.fault = () => undefined;
    const sink = await startTask(t, double, { props });
    const from = sink.seeks.at(-1)?.offset ?? 0;
    assert.ok(from >= next, "what was committable is stored");
    // The task dies at one of the statements that follow: the rest of its session never comes.
    const at = 1 + Math.floor(random() * 14);
    const kind = kinds[Math.floor(random() * 2)] as (typeof kinds)[number];
    let seen = 0;
    double.fault = () => {
      seen += 1;
      return seen === at && kills < KILLS ? { kind } : undefined;
    };
    try {
      for (let offset = from; offset < total; offset += 4) {
        await sink.put(...records.slice(offset, offset + 4));
        next = (await sink.committable(offset + 4)) ?? next;
      }
    } catch (error) {
      assert.ok(error instanceof RetriableError);
      kills += 1;
    }
    await sink.task.stop();
  }

  assert.equal(kills, KILLS);
  const rows = await double.query(`SELECT "SOURCE_OFFSET" FROM "PATIENT" ORDER BY "SOURCE_OFFSET"`);
  assert.deepEqual(
    rows.map(([offset]) => Number(offset)),
    records.map((_, offset) => offset),
  );
});

const commits: readonly Fault["kind"][] = ["hang", "hang-after", "lose-answer", "refuse"];
for (const kind of commits) {
  test(`SF-2 a commit whose answer is lost (${kind}) is settled before the batch is tried again`, async (t) => {
    const double = await startAccount(t);
    const sink = await startTask(t, double, { props: { "request.timeout.ms": "3000" } });
    let commitsSeen = 0;
    double.fault = ({ sql }) => {
      if (sql !== "COMMIT") return undefined;
      commitsSeen += 1;
      return commitsSeen === 1 ? ({ kind } as Fault) : undefined;
    };

    await putUntilTaken(sink, recordOf(0, patient("a", 1)));
    await putUntilTaken(sink, recordOf(1, patient("a", 2)));

    const rows = await double.query(`SELECT "RESOURCE_ID", "VERSION_ID" FROM "PATIENT"`);
    assert.deepEqual(rows, [["a", "2"]]);
    assert.equal(await sink.committable(2), 2);
  });
}

test("SF-9 one poison row in 10,000 is found by halves, and the others land", async (t) => {
  const double = await startAccount(t);
  const props = { "buffer.count.records": "10000", "buffer.size.bytes": "100000000" };
  const sink = await startTask(t, double, { props });
  const records = Array.from({ length: 10_000 }, (_, offset) =>
    recordOf(offset, patient(`p${offset}`, 1)),
  );
  const isClean = await statementsOf(double, () => sink.put(...records.slice(0, 10_000)));
  // A time that JavaScript reads and the table does not.
  const poison = {
    resourceType: "Patient",
    id: "p7321",
    meta: { lastUpdated: "+012026-01-01T00:00:00Z" },
  };
  const again = records.map((_, at) => recordOf(10_000 + at, patient(`q${at}`, 1)));
  again[7321] = recordOf(17_321, poison);

  const withPoison = await statementsOf(double, () => sink.put(...again));

  t.diagnostic(`${isClean} statements without, ${withPoison} with one poison row`);
  // Of 10,000 rows one is found in 14 halvings.
  assert.ok(withPoison - isClean <= 2 * 14 + 2, `${withPoison - isClean} more`);
  const [[count] = []] = await double.query(`SELECT count(*) FROM "PATIENT"`);
  assert.equal(Number(count), 19_999);
  assert.deepEqual(
    sink.reports.map(({ record }) => record.originalOffset),
    [17_321],
  );
  assert.equal(await sink.committable(20_000), 20_000);
});

test("SF-12 a session that has ended is opened again, with a new token, and nothing is lost", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double);
  await sink.put(recordOf(0, patient("a", 1)));

  for (const offset of [1, 2]) {
    double.expireSessions();
    await putUntilTaken(sink, recordOf(offset, patient("a", offset + 1)));
  }

  assert.equal(double.logins, 3);
  assert.deepEqual(await double.query(`SELECT "VERSION_ID" FROM "PATIENT"`), [["3"]]);
});

for (const code of ["390111", "390112", "390114"]) {
  test(`SF-12 answer ${code} opens the session anew once before it counts as a retry`, async (t) => {
    const double = await startAccount(t);
    const sink = await startTask(t, double);
    let seen = 0;
    double.fault = ({ sql }) => {
      if (!sql.startsWith('MERGE INTO "BRONZE"."PUBLIC"."PATIENT"')) return undefined;
      seen += 1;
      return seen === 1 ? { kind: "error", code } : undefined;
    };

    assert.equal(await putUntilTaken(sink, recordOf(0, patient("a", 1))), 0);

    assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT"`), [["a"]]);
  });
}

const endless: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: "no answer", fault: { kind: "hang" } },
  { title: "an answer that the driver waits for ever for", fault: { kind: "no-returned" } },
];
for (const { title, fault } of endless) {
  test(`SF-13 ${title} is a retriable error within the deadline`, async (t) => {
    const double = await startAccount(t);
    const sink = await startTask(t, double, { props: { "request.timeout.ms": "300" } });
    let isOn = true;
    double.fault = (statement: StatementSeen) =>
      isOn && statement.sql.startsWith("SELECT") ? fault : undefined;

    await assert.rejects(sink.put(recordOf(0, patient("a", 1))), {
      name: "RetriableError",
      code: "SNOWFLAKE_NO_ANSWER",
    });

    isOn = false;
    await putUntilTaken(sink, recordOf(0, patient("a", 1)));
    assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT"`), [["a"]]);
  });
}

test("a login that is refused is tried again until it is mended", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double);
  double.expireSessions();
  double.isLoginRefused = true;
  await assert.rejects(sink.put(recordOf(0, patient("a", 1))), {
    name: "RetriableError",
    code: "SNOWFLAKE_NOT_AUTHORIZED",
  });

  double.isLoginRefused = false;
  await putUntilTaken(sink, recordOf(0, patient("a", 1)));

  assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT"`), [["a"]]);
});

test("a login that is refused fails the task where that is asked for", async (t) => {
  const double = await startAccount(t);
  const props = { "enable.task.fail.on.authorization.errors": "true" };
  const sink = await startTask(t, double, { props });
  double.expireSessions();
  double.isLoginRefused = true;

  await assert.rejects(sink.put(recordOf(0, patient("a", 1))), { name: "ConnectError" });
});
