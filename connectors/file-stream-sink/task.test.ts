import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import {
  Decimal,
  INT64_SCHEMA,
  NarrowNumber,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { FileStreamSinkConnector } from "./connector.ts";
import { FileStreamSinkTask } from "./task.ts";

async function startTask(t: TestContext, content?: string) {
  const folder = mkdtempSync(join(tmpdir(), "file-sink-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "out.ndjson");
  if (content !== undefined) writeFileSync(file, content);
  const task = new FileStreamSinkTask();
  await task.start({ file });
  t.after(() => task.stop());
  const put = (...values: readonly unknown[]) =>
    task.put(
      values.map((value, offset) => new SinkRecord({ topic: "t", partition: 0, offset, value })),
    );
  return { file, put, flush: () => task.flush(), read: () => readFileSync(file, "utf8") };
}

test("each value is a line: text, UTF-8 bytes, and everything else as JSON", async (t) => {
  const { put, flush, read } = await startTask(t);

  await put("text", new TextEncoder().encode("é"), { a: exactNumber("7.10"), b: 12n }, [1], null);
  await put(new Map([["k", Decimal.parse("1.50")]]), "two\r\nlines");
  await flush();

  assert.equal(read(), 'text\né\n{"a":7.10,"b":12}\n[1]\nnull\n{"k":1.50}\ntwo lines\n');
});

test("it appends, and ends a line that a crash left torn", async (t) => {
  const { put, flush, read } = await startTask(t, '{"whole":1}\n{"to');

  await put("next");
  await flush();

  assert.equal(read(), '{"whole":1}\n{"to\nnext\n');
});

test("nothing is written for an empty batch, and a file that ended well is left as it is", async (t) => {
  const { put, flush, read } = await startTask(t, "one\n");

  await put();
  await flush();

  assert.equal(read(), "one\n");
});

test("after a rotation by copy and truncate it goes on at the start of the file", async (t) => {
  const { file, put, flush, read } = await startTask(t);
  await put("old");
  await flush();

  truncateSync(file);
  await put("new");
  await flush();

  assert.equal(read(), "new\n");
});

test("folders of the file are made", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "file-sink-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const task = new FileStreamSinkTask();
  t.after(() => task.stop());

  await task.start({ file: join(folder, "a", "b", "out.ndjson") });

  assert.equal(readFileSync(join(folder, "a", "b", "out.ndjson"), "utf8"), "");
});

test("bytes within JSON are base64, as the JSON converter writes them", async (t) => {
  const { put, flush, read } = await startTask(t);

  await put({ data: Uint8Array.of(1, 2, 3) }, [Buffer.of(1, 2, 3)]);
  await flush();

  assert.equal(read(), '{"data":"AQID"}\n["AQID"]\n');
});

test("narrow numbers and times are written as JSON has them", async (t) => {
  const { put, flush, read } = await startTask(t);

  await put([new NarrowNumber("INT8", 7), new Date(0)]);
  await flush();

  assert.equal(read(), '[7,"1970-01-01T00:00:00.000Z"]\n');
});

test("a struct is written as an object of its fields", async (t) => {
  const { put, flush, read } = await startTask(t);
  const schema = SchemaBuilder.struct().field("id", STRING_SCHEMA).field("n", INT64_SCHEMA).build();

  await put(new Struct(schema).put("id", "a").put("n", 12n));
  await flush();

  assert.equal(read(), '{"id":"a","n":12}\n');
});

test("the settings are Kafka's: file, and nothing is required", () => {
  const { keys } = new FileStreamSinkConnector().config();

  assert.deepEqual(Object.keys(keys), ["file"]);
  assert.doesNotThrow(() => new FileStreamSinkConnector().config().parse({}));
});

test("a file that cannot be opened is an error that names it", async () => {
  const task = new FileStreamSinkTask();

  await assert.rejects(async () => task.start({ file: join(import.meta.filename, "out") }), {
    code: "FILE_NOT_WRITABLE",
  });
});
