import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "#connect-api";
import { temporaryDirectory } from "../fixtures/task-harness.ts";
import { parseWorkerConfig, readPropsFile, withPrefix } from "./worker-config.ts";

const REQUIRED = { "key.converter": "StringConverter", "value.converter": "StringConverter" };

test("with the converters alone, everything else has Kafka's default", () => {
  const config = parseWorkerConfig(REQUIRED);

  assert.equal(config["offset.flush.interval.ms"], 60_000);
  assert.equal(config["task.shutdown.graceful.timeout.ms"], 5000);
  assert.equal(config["offset.storage.partitions"], 25);
  assert.equal(config["status.storage.partitions"], 5);
  assert.equal(config["config.storage.replication.factor"], 3);
  assert.equal(config["topic.tracking.enable"], true);
});

test("all errors are told at once, one per line", () => {
  assert.throws(
    () => parseWorkerConfig({ "offset.flush.interval.ms": "0", "group.id": "" }),
    (error: ConfigError) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message.split("\n").length, 4);
      for (const key of ["group.id", "key.converter", "value.converter", "offset.flush"]) {
        assert.match(error.message, new RegExp(key));
      }
      return true;
    },
  );
});

test("a worker file is Java properties, or a flat JSON map", (t) => {
  const folder = temporaryDirectory(t);
  const properties = join(folder, "w.properties");
  const json = join(folder, "w.json");
  writeFileSync(properties, "# comment\nkey.converter = A\\\n  B\nvalue.converter:C\n");
  writeFileSync(json, '{"key.converter":"AB","value.converter":"C"}');

  assert.deepEqual({ ...readPropsFile(properties) }, { ...readPropsFile(json) });
});

test("a file that is missing or broken is named, without its content", (t) => {
  const file = join(temporaryDirectory(t), "w.json");

  assert.throws(() => readPropsFile(file), {
    code: "CONFIG_UNREADABLE",
    message: /cannot be read/,
  });
  writeFileSync(file, '{"sasl.password": "hunter2"');
  assert.throws(
    () => readPropsFile(file),
    (error: Error) => /not valid JSON/.test(error.message) && !/hunter2/.test(error.message),
  );
});

test("a prefix is cut off, and keys without it are left out", () => {
  assert.deepEqual(withPrefix({ "a.b": "1", "a.": "2", a: "3", b: "4" }, "a."), {
    b: "1",
    "": "2",
  });
});

for (const { listeners, why } of [
  { listeners: "8083", why: /it has to be http:\/\/host:port or https:\/\/host:port/ },
  { listeners: "http://a:1,ftp://b:2", why: /Invalid value ftp:\/\/b:2/ },
  { listeners: "", why: /Empty list/ },
]) {
  test(`listeners "${listeners}" is refused, because it would not be listened on`, () => {
    const props = { "key.converter": "K", "value.converter": "V", listeners };

    assert.throws(() => parseWorkerConfig(props), why);
  });
}
