import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { DataError, INT32_SCHEMA, STRING_SCHEMA, SchemaBuilder, Struct } from "#connect-api";
import type { ConverterHeaders, Props } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { openEmbeddedRegistry } from "#lib/schema-registry";
import { AvroConverter } from "./confluent-converters.ts";

interface Setup {
  readonly url: string;
  converter(props?: Props): AvroConverter;
  registry(): ReturnType<typeof openEmbeddedRegistry>;
}

function setup(t: TestContext): Setup {
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  const url = `embedded:${folder}`;
  t.after(() => {
    openEmbeddedRegistry(folder).dispose();
    rmSync(folder, { recursive: true });
  });
  return {
    url,
    registry: () => openEmbeddedRegistry(folder),
    converter(props = {}) {
      const made = new AvroConverter();
      made.configure({ "schema.registry.url": url, ...props }, "value");
      return made;
    },
  };
}

const schema = SchemaBuilder.struct().name("n.R").field("a", STRING_SCHEMA).build();
const struct = (): Struct => new Struct(schema).put("a", "x");
const registering = { "auto.register.schemas": "true" };
const patient = {
  resourceType: "Patient",
  id: "p1",
  active: true,
  multipleBirthInteger: 2n,
  extension: [{ url: "http://example.org/weight", valueDecimal: exactNumber("7.10") }],
};

test("S-6: a schema that is not registered is refused, and is registered when that is set", async (t) => {
  const { converter, registry } = setup(t);

  await assert.rejects(async () => converter().fromConnectData("t", schema, struct()), {
    name: "DataError",
    code: "SCHEMA_NOT_FOUND",
  });
  const bytes = await converter(registering).fromConnectData("t", schema, struct());

  assert.equal(Buffer.from(bytes as Uint8Array).toString("hex"), "00000000010278");
  assert.deepEqual(await registry().versions("t-value"), [1]);
  assert.ok(await converter().fromConnectData("t", schema, struct()));
});

test("S-9: after the first record of a schema, both ways are synchronous", async (t) => {
  const { converter } = setup(t);
  const own = converter(registering);
  const first = (await own.fromConnectData("t", schema, struct())) as Uint8Array;
  await own.toConnectData("t", first);

  assert.ok(own.fromConnectData("t", schema, struct()) instanceof Uint8Array);
  assert.ok("schema" in own.toConnectData("t", first));
});

test("a FHIR resource without a schema goes to Avro and back, digits and all", async (t) => {
  const { converter } = setup(t);
  const own = converter(registering);
  const bytes = (await own.fromConnectData("healthcare.fhir.patient", null, patient)) as Uint8Array;
  const reading = converter();

  assert.deepEqual(await reading.toConnectData("healthcare.fhir.patient", bytes), {
    schema: null,
    value: patient,
  });
});

test("plain data that is no FHIR resource is written with the newest version", async (t) => {
  const { converter, registry } = setup(t);
  const text = JSON.stringify({
    type: "record",
    name: "Event",
    fields: [
      { name: "memberId", type: "string" },
      { name: "amount", type: ["null", { type: "string", "fhir.type": "decimal" }], default: null },
    ],
  });
  await registry().register("events-value", { schemaType: "AVRO", schema: text }, false);
  const own = converter({ "use.latest.version": "true", "record.schemas": "never" });
  const value = { memberId: "m1", amount: exactNumber("10.00") };
  const bytes = (await own.fromConnectData("events", null, value)) as Uint8Array;

  assert.deepEqual(await own.toConnectData("events", bytes), { schema: null, value });
  await assert.rejects(async () => own.fromConnectData("events", null, { memberId: "m", x: 1 }), {
    name: "DataError",
    message: /at x: the schema has no such field/,
  });
  await assert.rejects(async () => converter().fromConnectData("events", null, value), {
    message: /use\.latest\.version=true/,
  });
});

test("S-6: a removed field is refused with its path, and the old schema goes on", async (t) => {
  const { converter } = setup(t);
  const own = converter(registering);
  const wide = SchemaBuilder.struct()
    .name("n.R")
    .field("a", STRING_SCHEMA)
    .field("b", INT32_SCHEMA)
    .build();
  const full = new Struct(wide).put("a", "x").put("b", 1);
  await own.fromConnectData("t", wide, full);

  await assert.rejects(async () => own.fromConnectData("t", schema, struct()), {
    name: "DataError",
    code: "SCHEMA_INCOMPATIBLE",
    message: /policy clinical: b: the field was removed.*major_version 2/,
  });
  assert.ok(await own.fromConnectData("t", wide, full));
});

test("S-6: without the policy, the registry's level decides", async (t) => {
  const { converter, registry } = setup(t);
  registry().scopes.setConfig("", { schemaPolicy: "none" });
  const own = converter({ ...registering, "schema.policy": "none" });
  const wide = SchemaBuilder.struct()
    .name("n.R")
    .field("a", STRING_SCHEMA)
    .field("b", INT32_SCHEMA)
    .build();
  await own.fromConnectData("t", wide, new Struct(wide).put("a", "x").put("b", 1));

  // BACKWARD: readers pass over fields that they do not know.
  assert.ok(await own.fromConnectData("t", schema, struct()));
});

test("the GUID in a header leaves the data bare, and is read again", async (t) => {
  const { converter } = setup(t);
  const own = converter({
    ...registering,
    "value.schema.id.serializer":
      "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer",
  });
  const headers: ConverterHeaders = [];
  const bytes = (await own.fromConnectData("t", schema, struct(), headers)) as Uint8Array;

  assert.equal(Buffer.from(bytes).toString("hex"), "0278");
  assert.equal(headers[0]?.[0], "__value_schema_id");
  const back = await converter().toConnectData("t", bytes, headers);
  assert.equal((back.value as Struct).get("a"), "x");
});

for (const [what, bytes, code] of [
  ["no framing", "7b7d", "WIRE_FORMAT_INVALID"],
  ["an id that nobody knows", "00000000630278", "SCHEMA_NOT_FOUND"],
  ["data cut short", "000000000104", "AVRO_BYTES_INVALID"],
] as const) {
  test(`S-16: ${what} is a data error, for the dead letter queue`, async (t) => {
    const { converter } = setup(t);
    await converter(registering).fromConnectData("t", schema, struct());

    await assert.rejects(
      async () => converter().toConnectData("t", Uint8Array.from(Buffer.from(bytes, "hex"))),
      (error: Error & { code?: string }) => error instanceof DataError && error.code === code,
    );
  });
}

test("a content type of what the value was before is not written beside Avro; one that says Avro is", async (t) => {
  const own = setup(t).converter(registering);
  const typed = (mediaType: string): ConverterHeaders => [
    ["content-type", Buffer.from(mediaType)],
    ["fhir-version", Buffer.from("R4")],
  ];
  const written = typed("application/fhir+json");
  const kept = typed("application/avro");

  await own.fromConnectData("healthcare.fhir.patient", null, patient, written);
  await own.fromConnectData("healthcare.fhir.patient", null, patient, kept);

  assert.deepEqual(written, typed("").slice(1));
  assert.deepEqual(kept, typed("application/avro"));
});

test("tombstones pass both ways", async (t) => {
  const own = setup(t).converter();

  assert.equal(await own.fromConnectData("t", null, null), null);
  assert.deepEqual(await own.toConnectData("t", null), { schema: null, value: null });
});
