import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../fixtures/task-harness.ts";
import { loadPlugins } from "./load-plugins.ts";

const API = JSON.stringify(new URL("../../connect-api/index.ts", import.meta.url).href);

/** A plug-in folder with one version of a sink and of a transformation. */
function writePlugin(folder: string, version: string): void {
  mkdirSync(join(folder, `vendor-${version}`), { recursive: true });
  writeFileSync(
    join(folder, `vendor-${version}`, "index.js"),
    `import { ConfigDef, SinkConnector, Transformation } from ${API};
     class Store extends SinkConnector {
       version = "${version}";
       config() { return new ConfigDef({}); }
     }
     class Mark extends Transformation {
       version = "${version}";
       config() { return new ConfigDef({}); }
       configure() {}
       apply(record) { return record; }
     }
     export default {
       connectors: { "com.example.Store": Store }, transformations: { "com.example.Mark": Mark },
     };`,
  );
}

test("several versions of a class are on plugin.path, and a range chooses the latest that fits", async (t) => {
  const folder = temporaryDirectory(t);
  for (const version of ["1.9.0", "2.0.0-rc1", "1.10.0"]) writePlugin(folder, version);

  const plugins = await loadPlugins([folder]);

  const listed = plugins.list(["sink"]).filter(({ name }) => name === "com.example.Store");
  assert.deepEqual(listed.map(({ version }) => version).toSorted(), [
    "1.10.0",
    "1.9.0",
    "2.0.0-rc1",
  ]);
  assert.deepEqual(plugins.versions("Store", "sink"), ["2.0.0-rc1", "1.10.0", "1.9.0"]);
  for (const [range, version] of [
    [undefined, "2.0.0-rc1"],
    ["latest", "2.0.0-rc1"],
    ["[1.0,2.0.0-alpha)", "1.10.0"],
    ["(,1.10.0)", "1.9.0"],
    ["1.9.0", "1.9.0"],
  ] as const) {
    assert.equal(plugins.connector("Store", range).version, version, range);
    assert.equal(plugins.findVersion("Mark", range, "transformation")?.version, version, range);
  }
  assert.throws(() => plugins.connector("com.example.Store", "[3,)"), {
    message:
      /^Plugin com\.example\.Store not found that matches the version range \[3,\), available versions: \[2\.0\.0-rc1, 1\.10\.0, 1\.9\.0\]/,
  });
});
