import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigDef } from "#connect-api";
import type { PluginManifest, SinkConnector } from "#connect-api";
import { script, scriptedPlugins } from "../fixtures/herder-harness.ts";
import { temporaryDirectory, transformationOf } from "../fixtures/task-harness.ts";
import { loadPlugins } from "./load-plugins.ts";
import { Plugins } from "./plugins.ts";

const Pass = transformationOf((record) => record);

function pluginsOf(...manifests: readonly PluginManifest[]): Plugins {
  const plugins = new Plugins();
  for (const manifest of manifests) plugins.add(manifest);
  return plugins;
}

for (const { known, asked } of [
  { known: "com.example.MaskField$Value", asked: "com.example.MaskField$Value" },
  { known: "com.example.MaskField$Value", asked: "MaskField$Value" },
  { known: "com.example.TagTransformation", asked: "TagTransformation" },
  { known: "com.example.TagTransformation", asked: "Tag" },
]) {
  test(`${known} is found as ${asked}`, () => {
    const plugins = pluginsOf({ transformations: { [known]: Pass } });

    assert.equal(plugins.find(asked, "transformation")?.name, known);
    assert.equal(plugins.find(asked, "predicate"), undefined);
    assert.equal(plugins.find(asked.toLowerCase(), "transformation"), undefined);
  });
}

test("a full name wins over a simple one that is spelled the same", () => {
  const plugins = pluginsOf({ transformations: { "com.example.Tag": Pass, Tag: Pass } });

  assert.equal(plugins.find("Tag", "transformation")?.name, "Tag");
});

test("an unknown connector is answered with Kafka's text and the ones there are", () => {
  const plugins = pluginsOf(scriptedPlugins(script()));

  assert.throws(() => plugins.connector("Nope"), {
    name: "PluginNotFoundError",
    message:
      "Failed to find any class that implements Connector and which name matches Nope, available connectors are: PluginDesc{class=FakeSinkConnector, version='1'}, PluginDesc{class=FakeSourceConnector, version='1'}",
  });
});

test("a short name that several connectors have is refused", () => {
  const { FakeSinkConnector } = scriptedPlugins(script()).connectors ?? {};
  assert.ok(FakeSinkConnector);
  const plugins = pluginsOf({
    connectors: { "a.SameConnector": FakeSinkConnector, "b.SameConnector": FakeSinkConnector },
  });

  assert.throws(() => plugins.connector("Same"), /^PluginNotFoundError: More than one connector/);
  assert.equal(plugins.connector("a.SameConnector").name, "a.SameConnector");
});

test("a short name that several classes have finds none of them, and the reason names them all", async () => {
  const plugins = await loadPlugins([]);
  const full = plugins.names("converter").filter((name) => name.endsWith(".AvroConverter"));
  assert.ok(full.length > 1);

  for (const short of ["AvroConverter", "Avro"]) {
    assert.equal(plugins.find(short, "converter"), undefined);
    assert.equal(plugins.findVersion(short, undefined, "converter"), undefined);
    assert.equal(
      plugins.whyNotFound(short, "converter"),
      `More than one class is called ${short} for short: ${full.join(", ")}. Use the full class name.`,
    );
  }
  for (const name of full) assert.equal(plugins.find(name, "converter")?.name, name);
  assert.equal(plugins.whyNotFound("Nope", "converter"), "Class Nope could not be found.");
});

test("plug-ins are listed by kind, then by name, with kind and version of their class", () => {
  const plugins = pluginsOf({ transformations: { B: Pass, A: Pass } }, scriptedPlugins(script()));

  assert.deepEqual(
    plugins.list().map(({ kind, name, version }) => [kind, name, version]),
    [
      ["sink", "FakeSinkConnector", "1"],
      ["source", "FakeSourceConnector", "1"],
      ["transformation", "A", undefined],
      ["transformation", "B", undefined],
    ],
  );
});

test("a class that is neither source nor sink is left out", () => {
  class Neither {
    readonly version = "1";
  }
  const plugins = pluginsOf({
    connectors: { Neither: Neither as unknown as new () => SinkConnector },
  });

  assert.deepEqual(plugins.list(), []);
});

test("the worker finds its own plug-ins and those of plugin.path, and outlives a broken one", async (t) => {
  const folder = temporaryDirectory(t);
  const plugin = (name: string, code: string): void => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "index.js"), code);
  };
  const api = JSON.stringify(new URL("../../connect-api/index.ts", import.meta.url).href);
  plugin(
    "vendor/good",
    `import { ConfigDef, Transformation } from ${api};
     class Good extends Transformation {
       config() { return new ConfigDef({}); }
       configure() {}
       apply(record) { return record; }
     }
     export default { transformations: { "com.example.Good": Good } };`,
  );
  plugin("broken", "throw new Error('at load');");
  plugin("unfinished", "export default {");

  const plugins = await loadPlugins([folder, join(folder, "missing")]);

  assert.equal(plugins.find("Good", "transformation")?.name, "com.example.Good");
  assert.ok(plugins.connector("FileStreamSource"));
  assert.ok(plugins.connector("org.apache.kafka.connect.file.FileStreamSinkConnector"));
  assert.ok(plugins.find("org.apache.kafka.connect.json.JsonConverter", "converter"));
  assert.ok(plugins.find("Hl7v2ToFhir", "transformation"));
  for (const { kind, create } of plugins.list()) {
    assert.ok(new create().config() instanceof ConfigDef, `${kind} has no ConfigDef`);
  }
});
