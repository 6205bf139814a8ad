import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { avroIncompatibilities, avroSchemaOf } from "./index.ts";

interface Vector {
  readonly name: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly backward: boolean;
  readonly forward: boolean;
}

// Expected values: what Apache Avro's own checker for Java returned (see the note in the file).
const { vectors } = JSON.parse(
  readFileSync("test/fixtures/avro-compatibility/vectors.json", "utf8"),
) as { vectors: readonly Vector[] };

test("S-2: there are 47 vectors", () => assert.equal(vectors.length, 47));

for (const [index, vector] of vectors.entries()) {
  test(`S-2: A${index + 1} ${vector.name}`, () => {
    const [old, next] = [avroSchemaOf(vector.old), avroSchemaOf(vector.new)];

    assert.equal(avroIncompatibilities(next, old).length === 0, vector.backward, "BACKWARD");
    assert.equal(avroIncompatibilities(old, next).length === 0, vector.forward, "FORWARD");
  });
}

test("a reason names the path and what to see there", () => {
  const record = (fields: readonly object[]): object => ({ type: "record", name: "P", fields });
  const inner = (type: string): object => ({
    name: "names",
    type: {
      type: "array",
      items: { type: "record", name: "N", fields: [{ name: "use", type }] },
    },
  });

  assert.deepEqual(
    avroIncompatibilities(
      avroSchemaOf(record([inner("int"), { name: "id", type: "string" }])),
      avroSchemaOf(record([inner("string")])),
    ).map(({ type, path }) => [type, path]),
    [
      ["TYPE_MISMATCH", "names[].use"],
      ["READER_FIELD_MISSING_DEFAULT_VALUE", "id"],
    ],
  );
});
