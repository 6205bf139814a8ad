import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../fixtures/task-harness.ts";
import { ConfigProviders, withPlaceholders } from "./config-providers.ts";

const PACKAGE = "org.apache.kafka.common.config.provider";

function folderOf(t: TestContext): string {
  const folder = temporaryDirectory(t);
  writeFileSync(join(folder, "s.properties"), "u=bob\np=hunter2\n");
  mkdirSync(join(folder, "secrets"));
  writeFileSync(join(folder, "secrets/token"), "abc\n");
  return folder;
}

const providersOf = (more: Record<string, string> = {}): ConfigProviders =>
  ConfigProviders.of({
    "config.providers": "file, dir,env",
    "config.providers.file.class": `${PACKAGE}.FileConfigProvider`,
    "config.providers.dir.class": `${PACKAGE}.DirectoryConfigProvider`,
    "config.providers.env.class": "EnvVarConfigProvider",
    ...more,
  });

for (const { raw, resolved } of [
  { raw: "${file:DIR/s.properties:u}", resolved: "bob" },
  {
    raw: "jdbc://${file:DIR/s.properties:u}:${file:DIR/s.properties:p}@h",
    resolved: "jdbc://bob:hunter2@h",
  },
  { raw: "${file:DIR/s.properties:nope}", resolved: "${file:DIR/s.properties:nope}" },
  { raw: "${vault:a:b}", resolved: "${vault:a:b}" },
  { raw: "${dir:DIR/secrets:token}", resolved: "abc\n" },
  { raw: "${env:CONFIG_PROVIDER_TEST}", resolved: "from outside" },
  { raw: "${env:CONFIG_PROVIDER_NONE}", resolved: "${env:CONFIG_PROVIDER_NONE}" },
  { raw: "$${file:DIR/s.properties:u}", resolved: "$bob" },
  { raw: "no ${placeholder}", resolved: "no ${placeholder}" },
]) {
  test(`${raw} becomes ${resolved}`, (t) => {
    const folder = folderOf(t);
    process.env["CONFIG_PROVIDER_TEST"] = "from outside";
    t.after(() => delete process.env["CONFIG_PROVIDER_TEST"]);

    const { props } = providersOf().resolve({ a: raw.replaceAll("DIR", folder) });

    assert.equal(props["a"], resolved.replaceAll("DIR", folder));
  });
}

test("only allowed paths and variables are read, and a link leads nowhere else", (t) => {
  const folder = folderOf(t);
  mkdirSync(join(folder, "open"));
  symlinkSync(join(folder, "s.properties"), join(folder, "open/link.properties"));
  process.env["CONFIG_PROVIDER_TEST"] = "from outside";
  t.after(() => delete process.env["CONFIG_PROVIDER_TEST"]);
  const providers = providersOf({
    "config.providers.file.param.allowed.paths": join(folder, "open"),
    "config.providers.env.param.allowlist.pattern": "OTHER_.*",
  });
  const raw = {
    a: `\${file:${folder}/s.properties:u}`,
    b: `\${file:${folder}/open/../s.properties:u}`,
    c: `\${file:${folder}/open/link.properties:u}`,
    d: "${env:CONFIG_PROVIDER_TEST}",
  };

  assert.deepEqual(providers.resolve(raw).props, raw);
});

test("a file that cannot be read is a config error that names it, and a class that is none too", (t) => {
  const folder = folderOf(t);
  const key = `\${file:${folder}/none:u}`;

  assert.throws(() => providersOf().resolve({ key }), {
    name: "ConfigError",
    message: `Could not read properties from file ${folder}/none`,
  });
  assert.throws(
    () => providersOf({ "config.providers.env.class": "Vault" }),
    /Vault could not be found/,
  );
});

test("a provider's time to live is the shortest of those that gave a value", (t) => {
  const folder = folderOf(t);
  const providers = providersOf({
    "config.providers.file.param.ttl.ms": "500",
    "config.providers.dir.param.ttl.ms": "200",
  });

  assert.equal(providers.resolve({ a: `\${file:${folder}/s.properties:u}` }).ttlMs, 500);
  assert.equal(
    providers.resolve({ a: `\${file:${folder}/s.properties:u}\${dir:${folder}/secrets:token}` })
      .ttlMs,
    200,
  );
  assert.equal(providers.resolve({ a: "plain" }).ttlMs, undefined);
});

test("a task config gets its placeholders back where the connector has them", () => {
  const raw = { password: "${file:/s:p}", user: "bob", other: "hunter2" };
  const resolved = { password: "hunter2", user: "bob", other: "hunter2" };
  const task = { password: "hunter2", user: "bob", other: "hunter2", copy: "hunter2" };

  assert.deepEqual(withPlaceholders(task, raw, resolved), { ...task, password: "${file:/s:p}" });
});
