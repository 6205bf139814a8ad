import type { GivenRecord, RawHeader } from "./record-case.ts";

/** Records of many shapes; all people and places in them are invented. */

const JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";
const STRING_CONVERTER = "org.apache.kafka.connect.storage.StringConverter";
const SIMPLE_HEADERS = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

/** 2017-01-03T06:30:01.864Z */
const TIMESTAMP = 1_483_425_001_864;

export interface Input {
  readonly name: string;
  readonly converters: Readonly<Record<string, string>>;
  readonly records: readonly GivenRecord[];
}

export const converters = (
  value: string,
  key = STRING_CONVERTER,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  "key.converter": key,
  "value.converter": value,
  "header.converter": SIMPLE_HEADERS,
  ...more,
});

export const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const HEADERS: readonly RawHeader[] = [
  ["h1", base64("a")],
  ["h2", base64("42")],
  ["h1", base64("b")],
  ["none", null],
];

function record(
  offset: number,
  key: string | null,
  value: string | null,
  more: Partial<GivenRecord> = {},
): GivenRecord {
  return {
    topic: "in",
    partition: 0,
    offset,
    timestamp: TIMESTAMP,
    key: key === null ? null : base64(key),
    value: value === null ? null : base64(value),
    headers: HEADERS,
    ...more,
  };
}

const plainValues: readonly (string | null)[] = [
  '{"magic":42,"str":"x","bool":true,"list":[1,"a",null],"inner":{"foo":7,"foo.bar":8,"deep":{"i":1}},"dbl":2.5,"none":null}',
  '{"magic":"42","str":"abc","bool":"TRUE","dbl":1.0E7,"ts":86401234,"when":"1970 01 02 00 00 01 234 UTC"}',
  '{"magic":9007199254740993,"str":"","bool":false,"inner":{},"ts":-1,"when":"nonsense"}',
  '{"magic":-129,"dbl":-0.001,"str":"-129","list":[],"inner":{"foo":null},"a":1,"b":2,"c":3}',
  '{"a":"1","b":2}',
  "{}",
  '"text"',
  "42",
  "12.5",
  "true",
  "[1,2,3]",
  "null",
  null,
];

export const plain: Input = {
  name: "plain JSON",
  converters: converters(JSON_CONVERTER, STRING_CONVERTER, {
    "value.converter.schemas.enable": "false",
  }),
  records: plainValues.map((value, index) => record(index, `k${index}`, value)),
};

const LOGICAL = "org.apache.kafka.connect.data";

const STRUCT = JSON.stringify({
  type: "struct",
  name: "person",
  version: 3,
  doc: "An invented person.",
  optional: false,
  fields: [
    { field: "magic", type: "int32", optional: true, default: 5 },
    { field: "str", type: "string", optional: true, default: "d" },
    { field: "bool", type: "boolean", optional: true },
    { field: "long", type: "int64", optional: true },
    { field: "byte", type: "int8", optional: true },
    { field: "short", type: "int16", optional: true },
    { field: "flt", type: "float", optional: true },
    { field: "dbl", type: "double", optional: true },
    { field: "bytes", type: "bytes", optional: true },
    { field: "list", type: "array", items: { type: "int32" }, optional: true },
    { field: "day", type: "int32", name: `${LOGICAL}.Date`, version: 1, optional: true },
    { field: "time", type: "int32", name: `${LOGICAL}.Time`, version: 1, optional: true },
    { field: "ts", type: "int64", name: `${LOGICAL}.Timestamp`, version: 1, optional: true },
    {
      field: "dec",
      type: "bytes",
      name: `${LOGICAL}.Decimal`,
      version: 1,
      parameters: { scale: "2" },
      optional: true,
    },
    {
      field: "inner",
      type: "struct",
      optional: true,
      fields: [
        { field: "foo", type: "int32" },
        { field: "foo.bar", type: "string", optional: true, default: "fb" },
        { field: "deep", type: "struct", optional: true, fields: [{ field: "i", type: "int8" }] },
      ],
    },
    { field: "when", type: "string", optional: true },
  ],
});

const structPayloads: readonly string[] = [
  '{"magic":42,"str":"x","bool":true,"long":86401234,"byte":7,"short":300,"flt":42.125,"dbl":-2.5,"bytes":"dGVzdA==","list":[1,2],"day":1,"time":1234,"ts":86401234,"dec":"AJw=","inner":{"foo":7,"foo.bar":"y","deep":{"i":8}},"when":"1970 01 02 00 00 01 234 UTC"}',
  '{"magic":null,"str":null}',
  '{"magic":2147483647,"long":9223372036854775807,"flt":1.0E10,"dbl":1.0E300,"ts":0,"day":0,"time":0,"dec":"AA==","inner":{"foo":-1},"when":"x"}',
  '{"magic":-129,"str":"-129","bool":false,"ts":1483425001864,"dec":"Af////8=","list":[]}',
];

export const struct: Input = {
  name: "struct",
  converters: converters(JSON_CONVERTER),
  records: structPayloads.map((payload, index) =>
    record(index, `k${index}`, `{"schema":${STRUCT},"payload":${payload}}`),
  ),
};

const optionalStruct = (payload: string): string =>
  `{"schema":{"type":"struct","optional":true,"fields":[{"field":"magic","type":"int32"},{"field":"str","type":"string","optional":true}]},"payload":${payload}}`;

const typed = (schema: string, payload: string): string =>
  `{"schema":${schema},"payload":${payload}}`;

const schemaValues: readonly (string | null)[] = [
  typed('{"type":"int32"}', "42"),
  typed('{"type":"int32","name":"n","optional":true,"default":7}', "null"),
  typed('{"type":"int64","optional":true}', "86401234"),
  typed('{"type":"double"}', "300.75"),
  typed('{"type":"float","default":-42.125}', "42.125"),
  typed('{"type":"string"}', '"TRUE"'),
  typed('{"type":"string","optional":true}', "null"),
  typed('{"type":"string"}', '"1970 01 02 00 00 01 234 UTC"'),
  typed('{"type":"boolean"}', "true"),
  typed('{"type":"bytes"}', '"dGVzdC1zdHJpbmc="'),
  typed(`{"type":"int64","name":"${LOGICAL}.Timestamp","version":1}`, "86400001"),
  typed(`{"type":"int32","name":"${LOGICAL}.Date","version":1}`, "10000"),
  typed(`{"type":"int32","name":"${LOGICAL}.Time","version":1}`, "14400000"),
  typed(
    `{"type":"bytes","name":"${LOGICAL}.Decimal","version":1,"parameters":{"scale":"2"}}`,
    '"AJw="',
  ),
  typed('{"type":"array","items":{"type":"int32"}}', "[1,2]"),
  typed('{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}}', "[[1,12]]"),
  typed('{"type":"map","keys":{"type":"string"},"values":{"type":"int64"}}', '{"a":1}'),
  typed(
    '{"type":"struct","fields":[{"field":"m","type":"map","keys":{"type":"string"},"values":{"type":"string"}}]}',
    '{"m":{"a":"b"}}',
  ),
  optionalStruct('{"magic":1,"str":"s"}'),
  optionalStruct("null"),
  '{"schema":null,"payload":{"magic":42}}',
  '{"schema":null,"payload":null}',
  '{"a":1}',
  null,
];

export const schemas: Input = {
  name: "values with schemas",
  converters: converters(JSON_CONVERTER),
  records: schemaValues.map((value, index) => record(index, `k${index}`, value)),
};

export const text: Input = {
  name: "text",
  converters: converters(STRING_CONVERTER),
  records: ["text", "", "42", "1970 01 02 00 00 01 234 UTC", "true", null].map((value, index) =>
    record(index, `k${index}`, value),
  ),
};

/** Keys of many shapes, for the forms that work on keys. */
export const keys: Input = {
  name: "keys",
  converters: converters(STRING_CONVERTER, JSON_CONVERTER, {
    "key.converter.schemas.enable": "false",
  }),
  records: plainValues.map((key, index) => record(index, key, `v${index}`)),
};

/** Topics, partitions and timestamps of many kinds. */
export const places: Input = {
  name: "places",
  converters: converters(JSON_CONVERTER, STRING_CONVERTER, {
    "value.converter.schemas.enable": "false",
  }),
  records: [
    record(1, "k", '{"a":1}', { topic: "index-20160117", partition: 3 }),
    record(2, "k", '{"a":1}', { topic: "foobar", timestamp: null }),
    record(3, "k", '{"a":1}', { topic: "foo", headers: [] }),
    record(4, "k", null, { topic: "my-prefix-x", timestamp: 0 }),
    record(5, null, '{"a":1}', { topic: "orders2", headers: [["foobar", base64("1")]] }),
    record(6, null, '{"a":1}', { topic: "a$1", headers: [["foo", base64("1")]] }),
  ],
};

/** Header texts of all kinds. */
export const HEADER_TEXTS: readonly string[] = [
  "",
  "  ",
  "null",
  " null ",
  "true",
  " false ",
  "true}",
  "127",
  "128",
  "32768",
  "2147483648",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775809",
  "1.0",
  "300.0",
  "66000.0",
  "1.1",
  "3.14",
  "1.7976931348623157E308",
  "1e20",
  "1e-5",
  "1E400",
  "0.5",
  "-0.0",
  "+5",
  "-5",
  "+",
  "-",
  "1.",
  "2019-08-23",
  "2019-13-45",
  "14:34:54.346Z",
  "2019-08-23T14:34:54.346Z",
  "2019-08-23T14\\:34\\:54.346Z",
  '"quoted"',
  "[]",
  "{}",
  "[1, 2, 300]",
  "[1, 70000, 2.5]",
  '[1,"four"]',
  "[1, 2, 3,,,]",
  "[1, null]",
  "[null]",
  "[true, false]",
  '["2019-08-23", "2019-08-24"]',
  '{"foo":"123","bar":"baz"}',
  '{"k":14:34:54.346Z}',
  '{"k":"14:34:54.346Z"}',
  "{3: null}",
  "{1:2,300:4}",
  '{"a":[]}',
  "[[]]",
  "[{}]",
  "[[1],[2]]",
  "abc",
  "a:b",
  "{b",
  "[b",
  "[1",
  '{"a":1',
  "{1}",
  "{:2}",
  "1::2",
  "1:foo",
  "69203120e780",
  "äöü",
  'say \\"hi\\"',
  '["a\\"b","c\\\\d"]',
  "12abc",
  "00042",
  "1 2",
];

export const headerTexts: Input = {
  name: "header texts",
  converters: converters(STRING_CONVERTER),
  records: HEADER_TEXTS.map((header, index) =>
    record(index, "k", "v", { headers: [["h", base64(header)]] }),
  ),
};
