import assert from "node:assert/strict";
import { test } from "node:test";
import { framingOf, readFrame } from "../index.ts";
import { contentGuid } from "../guid.ts";
import type {
  NewSchema,
  RawHeaders,
  RegisteredSchema,
  SchemaKey,
  WireFormat,
  ZeroPrefix,
} from "../index.ts";

const hex = (bytes: Uint8Array | null | undefined): string =>
  Buffer.from(bytes ?? []).toString("hex");
const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

const text =
  '{"type":"record","name":"P","namespace":"x","fields":[{"name":"id","type":"string"}]}';
const payload = bytesOf("04 70 31");
const guid = "f7238e45-8ebf-b409-74d4-d26b40b147e2";
const uuid = "b7b4a7f0-9c96-4e4b-a687-fb5de9ef0c63";
const registered: RegisteredSchema = {
  schemaType: "AVRO",
  schema: text,
  id: 1,
  globalId: 1,
  guid,
  versionId: uuid,
};

interface Vector {
  readonly format: WireFormat;
  readonly bytes: string;
  readonly headers?: readonly (readonly [name: string, hex: string])[];
  readonly zero?: ZeroPrefix;
  readonly key: SchemaKey;
}
const vectors: readonly Vector[] = [
  { format: "confluent", bytes: "00 00000001 047031", key: { kind: "id", id: 1 } },
  {
    format: "confluent-v1",
    bytes: "01 f7238e458ebfb40974d4d26b40b147e2 047031",
    key: { kind: "guid", guid },
  },
  {
    format: "confluent-header",
    bytes: "047031",
    headers: [["__value_schema_id", "01f7238e458ebfb40974d4d26b40b147e2"]],
    key: { kind: "guid", guid },
  },
  {
    format: "apicurio-8",
    bytes: "00 0000000000000001 047031",
    zero: "globalId-8",
    key: { kind: "globalId", id: 1 },
  },
  {
    format: "apicurio-header",
    bytes: "047031",
    headers: [
      ["apicurio.value.contentId", "0000000000000001"],
      ["apicurio.value.encoding", "42494e415259"],
    ],
    key: { kind: "id", id: 1 },
  },
  {
    format: "glue",
    bytes: "03 00 b7b4a7f09c964e4ba687fb5de9ef0c63 047031",
    key: { kind: "versionId", uuid },
  },
  {
    format: "glue-zlib",
    bytes: "03 05 b7b4a7f09c964e4ba687fb5de9ef0c63 789c6329300400012000a6",
    key: { kind: "versionId", uuid },
  },
];

for (const vector of vectors) {
  const { format, zero = "id", key } = vector;
  const headers: RawHeaders = (vector.headers ?? []).map(([name, value]) => [name, bytesOf(value)]);

  test(`S-7: ${format} is written byte by byte`, () => {
    const framing = framingOf(format, registered, "value");

    assert.equal(
      hex(framing.finish(Buffer.concat([framing.head, payload]))),
      vector.bytes.replaceAll(" ", ""),
    );
    assert.deepEqual(
      framing.headers.map(([name, value]) => [name, hex(value)]),
      vector.headers ?? [],
    );
  });

  test(`S-7: ${format} is recognised`, () => {
    const frame = readFrame(bytesOf(vector.bytes), headers, "value", zero);

    assert.deepEqual(frame.key, key);
    assert.equal(hex(frame.bytes.subarray(frame.start)), "047031");
  });
}

test("S-7: a header with prefix 00 and an id is taken too, and headers of keys are not those of values", () => {
  const header: RawHeaders = [["__key_schema_id", bytesOf("00 00000007")]];

  assert.deepEqual(readFrame(payload, header, "key", "id").key, { kind: "id", id: 7 });
  assert.throws(() => readFrame(payload, header, "value", "id"), { code: "WIRE_FORMAT_INVALID" });
});

test("S-7: both lengths of Apicurio's ids are told apart while topics are migrated", () => {
  const long = bytesOf("00 0000000000000009 047031");
  const short = bytesOf("00 00000009 047031");

  assert.deepEqual(readFrame(long, [], "value", "either").key, { kind: "globalId", id: 9 });
  assert.deepEqual(readFrame(short, [], "value", "either").key, { kind: "id", id: 9 });
});

for (const poison of [
  "",
  "00",
  "00000001",
  "7b7d",
  "0307",
  "0300b7b4",
  "01f723",
  "0305b7b4a7f09c964e4ba687fb5de9ef0c63ffff",
]) {
  test(`S-7: ${poison || "nothing"} is no record of a registry`, () => {
    assert.throws(() => readFrame(bytesOf(poison), [], "value", "id"), {
      code: "WIRE_FORMAT_INVALID",
    });
  });
}

const guids: readonly (readonly [what: string, more: Partial<NewSchema>, guid: string])[] = [
  ["the text alone", {}, guid],
  [
    "a reference",
    { references: [{ name: "x.N", subject: "n-value", version: 3 }] },
    "cf09a235-5baa-ed44-d467-e8b94dddb076",
  ],
  [
    "a metadata property",
    { metadata: { properties: { major_version: "1" } } },
    "4ff19203-6f28-8525-2f11-58d75562e12c",
  ],
  ["metadata without anything", { metadata: {} }, "5dc9ecf0-2655-2dc1-6b58-a540a8caf133"],
];
for (const [what, more, expected] of guids) {
  test(`S-7: the GUID over ${what}`, () => {
    assert.equal(contentGuid({ schemaType: "AVRO", schema: text, ...more }), expected);
  });
}
