import assert from "node:assert/strict";
import { test } from "node:test";
import { Decimal } from "./decimal.ts";
import { jsonText } from "./json-text.ts";
import { NarrowNumber } from "./narrow-number.ts";
import { SchemaBuilder } from "./schema-builder.ts";
import { FLOAT32_SCHEMA, FLOAT64_SCHEMA } from "./schemas.ts";
import { Struct } from "./struct.ts";

test("every number has the digits that it was given, whatever its width", () => {
  const schema = SchemaBuilder.struct()
    .field("float", FLOAT32_SCHEMA)
    .field("double", FLOAT64_SCHEMA)
    .build();
  const struct = new Struct(schema).put("float", Math.fround(7.1)).put("double", 7.1);

  assert.equal(jsonText(struct), '{"float":7.1,"double":7.1}');
  assert.equal(
    jsonText({
      narrow: new NarrowNumber("FLOAT32", 7.1),
      byte: new NarrowNumber("INT8", 7),
      long: 9007199254740993n,
      decimal: Decimal.parse("7.10"),
    }),
    '{"narrow":7.1,"byte":7,"long":9007199254740993,"decimal":7.10}',
  );
});

test("bytes are base64, a map is an object, nothing is null", () => {
  const bytes = Uint8Array.of(0, 255);

  assert.equal(
    jsonText({ bytes, node: Buffer.from(bytes), map: new Map([[1, "a"]]), none: null }),
    '{"bytes":"AP8=","node":"AP8=","map":{"1":"a"},"none":null}',
  );
  assert.equal(jsonText(undefined), "null");
});
