import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { DataError, Props } from "#connect-api";
import { configDef } from "../../connectors/snowflake-sink/config.ts";
import { patient, recordOf, startTask } from "../../connectors/snowflake-sink/fixtures/harness.ts";
import type { RunningTask } from "../../connectors/snowflake-sink/fixtures/harness.ts";
import { Session } from "../../connectors/snowflake-sink/session.ts";
import { parseSettings } from "../../connectors/snowflake-sink/settings.ts";

/** What answers as Snowflake. */
export interface Target {
  readonly url: string;
  /** Who logs in, and where to. */
  readonly login: Props;
  /** In front of the names of tables, and of connectors: runs do not meet each other. */
  readonly prefix: string;
}

/** What the sink does, on any server; `target` gives a reason instead where there is none. */
export function sinkScenarios(name: string, target: () => Target | string): void {
  const scenario = (title: string, run: (t: TestContext, sinks: Sinks) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      const found = target();
      if (typeof found === "string") return t.skip(found);
      await run(t, new Sinks(t, found));
    });
  };

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
    scenario(`${mode}, twice over, is one pass`, async (_, sinks) => {
      const props = { "insert.mode": mode, "buffer.count.records": "4" };
      const records = [patient("a", 2), patient("b", 1), patient("a", 3), patient("a", 1)].map(
        (value, offset) => recordOf(offset, value),
      );

      for (const connector of ["once", "again"]) {
        const sink = await sinks.start(mode, props, connector);
        await sink.put(...records);
      }

      assert.deepEqual(await sinks.select("RESOURCE_ID, VERSION_ID", mode, "ORDER BY 1, 2"), rows);
    });
  }

  scenario(
    "hard deletes are remembered, and offsets are where the task goes on",
    async (_, sinks) => {
      const props = { "delete.mode": "hard" };
      const sink = await sinks.start("hard", props);
      await sink.put(recordOf(0, patient("a", 2)));
      await sink.put(recordOf(1, patient("a", 3), { headers: { "fhir-interaction": "delete" } }));
      await sink.put(recordOf(2, patient("a", 1)));
      await sink.task.stop();

      const again = await sinks.start("hard", props);

      assert.deepEqual(await sinks.select("RESOURCE_ID", "hard"), []);
      assert.deepEqual(again.seeks.at(-1)?.offset, 3);
    },
  );

  scenario(
    "typed columns come with the records, and a value that does not convert is refused",
    async (_, sinks) => {
      const props = { "snowflake.enable.schematization": "true", "buffer.count.records": "2" };
      const sink = await sinks.start("typed", props);

      await sink.put(
        recordOf(0, patient("a", 1, { active: true })),
        recordOf(1, patient("b", 1, { active: "perhaps" })),
      );

      assert.deepEqual(
        sink.reports.map(({ error }) => (error as DataError).code),
        ["SNOWFLAKE_COLUMN_TYPE"],
      );
      assert.deepEqual(await sinks.select("ID, TO_VARCHAR(ACTIVE)", "typed"), [["a", "true"]]);
    },
  );
}

/** Tasks of one scenario, each with a table of its own by its name. */
class Sinks {
  readonly #t: TestContext;
  readonly #target: Target;

  constructor(t: TestContext, target: Target) {
    this.#t = t;
    this.#target = target;
  }

  #table(name: string): string {
    return `${this.#target.prefix}_${name.toUpperCase()}`;
  }

  start(name: string, props: Props, connector = name): Promise<RunningTask> {
    return startTask(this.#t, this.#target, {
      connectorName: `${this.#table(name)}-${connector}`,
      props: {
        ...this.#target.login,
        "snowflake.topic2table.map": `healthcare.fhir.patient:${this.#table(name)}`,
        "request.timeout.ms": "60000",
        ...props,
      },
    });
  }

  async select(columns: string, name: string, rest = ""): Promise<readonly (readonly unknown[])[]> {
    const settings = parseSettings(this.#target.login, configDef, false);
    const session = await Session.open(settings, new AbortController().signal);
    try {
      return (await session.execute(`SELECT ${columns} FROM ${this.#table(name)} ${rest}`)).rows;
    } finally {
      session.close();
    }
  }
}
