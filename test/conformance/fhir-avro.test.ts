import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { avroCodec, avroIncompatibilities, avroSchemaOf } from "#lib/avro";
import type { AvroCodec } from "#lib/avro";
import { exactNumber, parseExactJson } from "#lib/exact-json";
import { SeedError, avroOfResource, seededAvro } from "#lib/fhir-schema";
import type { FhirDefinitions } from "#lib/fhir-schema";
import { fhirFiles } from "../servers/fhir-package.ts";
import { officialFhir } from "../servers/official-fhir.ts";

const definitions = JSON.parse(
  readFileSync("schemas/fhir/r4/definitions.json", "utf8"),
) as FhirDefinitions;
const CHARACTERS_MAX = 100_000;

test("S-11: every resource of FHIR R4 has an Avro schema of less than 100,000 characters", () => {
  const files = readdirSync("schemas/fhir/avro");

  assert.equal(files.length, 146);
  for (const file of files) {
    const text = readFileSync(`schemas/fhir/avro/${file}`, "utf8");
    assert.ok(text.length < CHARACTERS_MAX, file);
    avroSchemaOf(JSON.parse(text));
  }
});

test("S-11: the generator writes the same bytes again, and its files are the committed ones", () => {
  const check = spawnSync(process.execPath, ["scripts/generate-schemas.ts", "--check"], {
    encoding: "utf8",
  });

  assert.equal(check.status, 0, check.stderr);
});

test("S-11: the reduced definitions are what the official package gives", (t) => {
  if (!officialFhir(t)) return;
  const check = spawnSync(process.execPath, ["scripts/extract-fhir-definitions.ts", "--check"], {
    encoding: "utf8",
  });

  assert.equal(check.status, 0, check.stderr);
});

/** Definitions are large and many; the short form takes each twentieth of them (all: CLINICAL_LONG_TESTS=1). */
const isChosen = (name: string, index: number): boolean =>
  process.env["CLINICAL_LONG_TESTS"] === "1" ||
  index % 20 === 0 ||
  !/^(StructureDefinition|ValueSet|CodeSystem|SearchParameter)-/.test(name);

test("S-11: every official instance comes back unchanged, decimals included", (t) => {
  const folder = officialFhir(t);
  if (!folder) return;
  const codecs = new Map<string, AvroCodec>();
  const changed: string[] = [];
  let count = 0;
  const files = fhirFiles(folder, /^[A-Z][A-Za-z]+-/, isChosen);
  for (const [name, text] of files) {
    const resource = parsed(text);
    const type = resource["resourceType"] as string;
    if (definitions.types[type]?.kind !== "resource") continue;
    const codec =
      codecs.get(type) ??
      avroCodec(
        avroSchemaOf(JSON.parse(readFileSync(`schemas/fhir/avro/${type}.avsc`, "utf8"))),
        "json",
      );
    codecs.set(type, codec);
    const back = codec.decode(codec.encode(resource));
    if (canonical(back) !== canonical(resource)) changed.push(name);
    count += 1;
  }

  assert.deepEqual(changed, []);
  assert.ok(count > 1000, `${count} instances`);
  t.diagnostic(`${count} official instances of ${codecs.size} types`);
});

function parsed(text: string): Record<string, unknown> {
  return parseExactJson(text, (source, value) =>
    /^-?\d+$/.test(source)
      ? BigInt(source)
      : String(value) === source
        ? value
        : exactNumber(source),
  ) as Record<string, unknown>;
}

/** JSON with members in the order of the alphabet: FHIR gives their order no meaning. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return exactNumber(String(item));
    const isObject = typeof item === "object" && item !== null && !Array.isArray(item);
    if (!isObject || JSON.isRawJSON(item)) return item;
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

// The schema that consumers registered before there was a generator, and what may become of it.
type Json = Record<string, unknown>;
const first = JSON.parse(
  readFileSync("schemas/released/avro/healthcare.fhir.patient-value/1.avsc", "utf8"),
) as Json & { fields: (Json & { name: string; type: unknown })[] };
const generated = avroOfResource(definitions, "Patient");

function firstWith(name: string, type: unknown): Json {
  return {
    ...first,
    fields: first.fields.map((field) => (field.name === name ? { name, type } : field)),
  };
}
const canRead = (reader: object, writer: object): boolean =>
  avroIncompatibilities(avroSchemaOf(reader), avroSchemaOf(writer)).length === 0;

test("S-12: B1 without aliases, data of the first Patient schema cannot be read", () => {
  assert.equal(canRead(generated, first), false);
});

test("S-12: B2 with the generator's aliases it can, by the committed schema too", () => {
  assert.ok(canRead(seededAvro(generated, first), first));
  assert.ok(
    canRead(JSON.parse(readFileSync("schemas/fhir/avro/Patient.avsc", "utf8")) as object, first),
  );
});

const majors: readonly (readonly [what: string, name: string, type: unknown])[] = [
  ["B3 a birthDate of int/date", "birthDate", ["null", { type: "int", logicalType: "date" }]],
  [
    "B4 a gender as enum",
    "gender",
    ["null", { type: "enum", name: "G", symbols: ["male", "female"] }],
  ],
  ["B5 a meta as text", "meta", "string"],
];
for (const [what, name, type] of majors) {
  test(`S-12: ${what} is refused by the generator with its path`, () => {
    assert.throws(
      () => seededAvro(generated, firstWith(name, type)),
      (error: Error) => error instanceof SeedError && error.paths.includes(name),
    );
  });
}

test("S-12: B6 one more choice field, no primitive extensions, or docs change nothing for readers", () => {
  const fieldsOf = (schema: object): Json[] => (schema as { fields: Json[] }).fields;
  const variants: readonly object[] = [
    {
      ...generated,
      fields: [
        ...fieldsOf(generated),
        { name: "deceasedAge", type: ["null", "string"], default: null },
      ],
    },
    {
      ...generated,
      fields: fieldsOf(generated).filter(
        ({ name }) => !["_gender", "_birthDate"].includes(String(name)),
      ),
    },
    { ...generated, doc: "A person who receives care" },
  ];

  for (const variant of variants) {
    assert.ok(canRead(variant, generated), "BACKWARD");
    assert.ok(canRead(generated, variant), "FORWARD");
  }
});

test("data of the first Patient schema, byte for byte, is read by its own schema", () => {
  const codec = avroCodec(avroSchemaOf(first), "native");
  const value = {
    resourceType: "Patient",
    id: "p1",
    meta: { versionId: null, lastUpdated: "2026-01-01T00:00:00Z" },
    identifier: [{ system: "urn:oid:1.2.3", value: "1" }],
    name: [{ family: "Muster", given: ["Max"] }],
    birthDate: "1970-01-01",
    gender: null,
  };

  assert.deepEqual(codec.decode(codec.encode(value)), value);
});
