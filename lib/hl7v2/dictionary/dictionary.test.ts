import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { dataTypeInfo, dataTypeNames, fieldInfo, segmentInfo, segmentNames } from "./dictionary.ts";
import { structureNamed, structureNames } from "../structure/structures.ts";

const require = createRequire(import.meta.url);

interface Foreign {
  readonly type: string;
  readonly table: string;
  readonly isRequired: boolean;
  readonly repeats: boolean;
}

interface DictionaryField {
  readonly datatype: string;
  readonly opt: number;
  readonly rep?: number;
  readonly table?: number;
}
interface Dictionary {
  readonly segments: Record<string, { readonly fields: readonly DictionaryField[] }>;
  readonly fields: Record<string, { readonly subfields?: readonly DictionaryField[] }>;
}
const dictionary = (require("hl7-dictionary") as { definitions: Record<string, Dictionary> })
  .definitions["2.5.1"] as Dictionary;

interface RedoxSchema {
  readonly segments: Record<
    string,
    { fields: readonly { field: string; minOccurs: string; maxOccurs: string }[] }
  >;
  readonly fields: Record<string, { dataType: string; hl7Table?: string }>;
  readonly dataTypes: Record<
    string,
    { dataType?: string; components?: readonly { dataType: string }[] }
  >;
}
const redox = require("@redoxengine/redox-hl7-v2/schema") as RedoxSchema;

const table = (text: string | number | undefined): string =>
  text === undefined || text === "" ? "" : String(text).replace(/^HL7/, "").padStart(4, "0");

function dictionaryFields(segment: string): readonly Foreign[] | undefined {
  return dictionary.segments[segment]?.fields.map((field) => ({
    type: field.datatype,
    table: table(field.table),
    isRequired: field.opt === 2,
    repeats: field.rep !== 1,
  }));
}

function redoxFields(segment: string): readonly Foreign[] | undefined {
  return redox.segments[segment]?.fields.map(({ field, minOccurs, maxOccurs }) => ({
    type: redox.fields[field]?.dataType ?? "",
    table: table(redox.fields[field]?.hl7Table),
    isRequired: minOccurs !== "0",
    repeats: maxOccurs !== "1",
  }));
}

/** `varies` is `*` here. */
const typeOf = (name: string): string => (/^var/i.test(name) ? "*" : name);

test("fields agree with one of two independent dictionaries of 2.5.1 at least", (t) => {
  const against: string[] = [];
  let checked = 0;
  for (const name of segmentNames()) {
    const votes = [dictionaryFields(name), redoxFields(name)];
    const longest = Math.max(...votes.map((fields) => fields?.length ?? 0));
    for (let position = 1; position <= longest; position += 1) {
      const foreign = votes.flatMap((fields) => fields?.[position - 1] ?? []);
      if (foreign.length === 0) continue;
      checked += 1;
      const our = fieldInfo(name, position);
      const place = `${name}-${position}`;
      if (!our) {
        against.push(`${place} missing`);
        continue;
      }
      const isWithdrawn = our.types.length === 0;
      if (!isWithdrawn && !foreign.some(({ type }) => our.types.includes(typeOf(type)))) {
        against.push(`${place} type ${our.types} not ${foreign.map(({ type }) => type)}`);
      }
      if (our.isRequired && !foreign.some(({ isRequired }) => isRequired)) {
        against.push(`${place} required`);
      }
      // One of them may be wrong about repetition; ours may repeat because a later version does.
      if (!our.repeats && foreign.every(({ repeats }) => repeats)) against.push(`${place} repeats`);
      if (our.table && foreign.every((one) => one.table !== our.table && one.table !== "")) {
        against.push(`${place} table ${our.table} not ${foreign.map((one) => one.table)}`);
      }
    }
  }
  t.diagnostic(`${checked} fields checked; ${against.length}: ${against.slice(0, 60).join("; ")}`);

  assert.ok(checked > 2000);
  assert.deepEqual(against, []);
});

test("components agree with one of two independent dictionaries of 2.5.1 at least", (t) => {
  const against: string[] = [];
  let checked = 0;
  for (const name of dataTypeNames()) {
    const ours = dataTypeInfo(name)?.components ?? [];
    const first = dictionary.fields[name]?.subfields?.map(({ datatype }) => datatype);
    const second = redox.dataTypes[name]?.components?.map(
      ({ dataType }) => redox.dataTypes[dataType]?.dataType ?? "",
    );
    const longest = Math.max(first?.length ?? 0, second?.length ?? 0);
    for (let position = 0; position < longest; position += 1) {
      const foreign = [first?.[position], second?.[position]].filter((type) => type !== undefined);
      if (foreign.length === 0) continue;
      checked += 1;
      const types = ours[position]?.types;
      if (types && (types.length === 0 || foreign.some((type) => types.includes(typeOf(type)))))
        continue;
      against.push(`${name}.${position + 1} ${types} not ${foreign}`);
    }
  }
  t.diagnostic(`${checked} components checked; ${against.length}: ${against.join("; ")}`);

  assert.ok(checked > 400);
  assert.deepEqual(against, []);
});

test("every segment of a structure is in the dictionary", () => {
  const missing = new Set<string>();
  for (const name of structureNames()) {
    for (const segment of structureNamed(name)?.segments ?? []) {
      if (!segmentInfo(segment)) missing.add(segment);
    }
  }

  assert.deepEqual([...missing].toSorted(), []);
});

test("every type that a field or component names is a primitive one or in the dictionary", () => {
  const primitives = new Set([
    "*",
    "DT",
    "DTM",
    "FT",
    "GTS",
    "ID",
    "IS",
    "NM",
    "SI",
    "SNM",
    "ST",
    "TM",
    "TX",
  ]);
  const unknown = new Set<string>();
  const elements = [
    ...segmentNames().flatMap((name) => segmentInfo(name)?.fields ?? []),
    ...dataTypeNames().flatMap((name) => dataTypeInfo(name)?.components ?? []),
  ];
  for (const { types } of elements) {
    for (const type of types) if (!primitives.has(type) && !dataTypeInfo(type)) unknown.add(type);
  }

  assert.deepEqual([...unknown].toSorted(), []);
});

test("a field says its name, types, cardinality and table", () => {
  assert.deepEqual(fieldInfo("PID", 3), {
    name: "Patient Identifier List",
    types: ["CX"],
    isRequired: true,
    repeats: true,
    table: undefined,
  });
  assert.equal(fieldInfo("PID", 8)?.table, "0001");
  assert.equal(dataTypeInfo("XPN")?.components[1]?.name, "Given Name");
  assert.equal(fieldInfo("ZPD", 1), undefined);
  assert.equal(segmentInfo("toString"), undefined);
});
