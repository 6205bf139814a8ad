import { after, before } from "node:test";
import { loginProps } from "../../connectors/snowflake-sink/fixtures/harness.ts";
import { startFakesnow } from "../servers/fakesnow.ts";
import type { Fakesnow } from "../servers/fakesnow.ts";
import { ServerMissingError } from "../servers/maven-jars.ts";
import { sinkScenarios } from "./scenarios.ts";

/*
 * The sink's statements on fakesnow, which is not ours: it parses Snowflake's SQL and runs it on DuckDB. So this suite
 * says that the SQL is Snowflake's. What fakesnow does not have (locks, roles, expiring sessions, faults) is on our own
 * double, in connectors/snowflake-sink.
 */

let server: Fakesnow | undefined;
let missing = "";
before(async () => {
  try {
    server = await startFakesnow();
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    missing = error.message;
  }
});
after(() => server?.stop());

sinkScenarios("fakesnow", () =>
  server ? { url: server.url, login: loginProps(server.url), prefix: "T" } : missing,
);
