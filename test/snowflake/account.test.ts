import { readFileSync } from "node:fs";
import type { Props } from "#connect-api";
import { sinkScenarios } from "./scenarios.ts";
import type { Target } from "./scenarios.ts";

/*
 * The same scenarios on a real account, for whoever has one. SNOWFLAKE_URL (myorg-myaccount.snowflakecomputing.com:443),
 * SNOWFLAKE_USER, SNOWFLAKE_PRIVATE_KEY_FILE (PEM), SNOWFLAKE_DATABASE and SNOWFLAKE_SCHEMA say where;
 * SNOWFLAKE_ROLE, SNOWFLAKE_WAREHOUSE and SNOWFLAKE_PRIVATE_KEY_PASSPHRASE where they are needed. Tables are made in that
 * schema, named CC_TEST_ and the time, and are left there to be looked at.
 */

const needed = {
  SNOWFLAKE_URL: "snowflake.url.name",
  SNOWFLAKE_USER: "snowflake.user.name",
  SNOWFLAKE_DATABASE: "snowflake.database.name",
  SNOWFLAKE_SCHEMA: "snowflake.schema.name",
} as const;
const optional = {
  SNOWFLAKE_ROLE: "snowflake.role.name",
  SNOWFLAKE_WAREHOUSE: "snowflake.warehouse.name",
  SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: "snowflake.private.key.passphrase",
} as const;
const prefix = `CC_TEST_${Date.now()}`;

function account(): Target | string {
  const keyFile = process.env["SNOWFLAKE_PRIVATE_KEY_FILE"];
  const missing = Object.keys(needed).filter((name) => !process.env[name]);
  if (!keyFile) missing.push("SNOWFLAKE_PRIVATE_KEY_FILE");
  if (!keyFile || missing.length > 0) return `no account: ${missing.join(", ")} not set`;
  const login: Record<string, string> = { "snowflake.private.key": readFileSync(keyFile, "utf8") };
  for (const [name, key] of Object.entries({ ...needed, ...optional })) {
    const value = process.env[name];
    if (value) login[key] = value;
  }
  return { url: process.env["SNOWFLAKE_URL"] as string, login: login satisfies Props, prefix };
}

sinkScenarios("a real account", account);
