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

/** JSON as it may come, right and wrong, with and without the envelope. */
export const JSON_TEXTS: readonly string[] = [
  '{"schema":{"type":"boolean"},"payload":true}',
  '{"schema":{"type":"boolean","optional":true},"payload":null}',
  '{"schema":{"type":"boolean","default":true},"payload":null}',
  '{"schema":{"type":"int8"},"payload":12}',
  '{"schema":{"type":"int8"},"payload":0012}',
  '{"schema":{"type":"int16","optional":true},"payload":-32768}',
  '{"schema":{"type":"int64"},"payload":-9223372036854775808}',
  '{"schema":{"type":"float"},"payload":12.34}',
  '{"schema":{"type":"float"},"payload":1e39}',
  '{"schema":{"type":"double"},"payload":0.1}',
  '{"schema":{"type":"double"},"payload":12}',
  '{"schema":{"type":"double"},"payload":1e400}',
  '{"schema":{"type":"double"},"payload":1e-7}',
  '{"schema":{"type":"bytes"},"payload":"dGVzdC1zdHJpbmc="}',
  '{"schema":{"type":"string"},"payload":"foo-bar-\\u00e4\\u0001\\u001f\\"\\\\/"}',
  '{"schema":{"type":"array","items":{"type":"int32"}},"payload":[1,2,3]}',
  '{"schema":{"type":"array","items":{"type":"int32"}},"payload":[1,null]}',
  '{"schema":{"type":"array"},"payload":[1]}',
  '{"schema":{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}},"payload":{"key1":12,"key2":15}}',
  '{"schema":{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}},"payload":[[1,12],[2,15]]}',
  '{"schema":{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}},"payload":[[1,12,3]]}',
  '{"schema":{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}},"payload":{"1":2}}',
  '{"schema":{"type":"map","keys":{"type":"string"}},"payload":{}}',
  '{"schema":{"type":"struct","fields":[{"field":"f1","type":"boolean"},{"field":"f2","type":"string","optional":true}]},"payload":{"f1":true,"f2":"s","more":1}}',
  '{"schema":{"type":"struct","fields":[{"field":"f1","type":"boolean"}]},"payload":{}}',
  '{"schema":{"type":"struct","fields":[{"field":"f1","type":"boolean"}]},"payload":[1]}',
  '{"schema":{"type":"struct","fields":[{"type":"boolean"}]},"payload":{}}',
  '{"schema":{"type":"struct"},"payload":{}}',
  '{"schema":{"type":"struct","fields":[{"field":"a","type":"int32","default":3,"optional":true},{"field":"b","type":"string","default":"x"}]},"payload":{"b":"y"}}',
  '{"schema":{"type":"int32","name":"n","version":2,"doc":"d","parameters":{"p":"1","q":"2"},"optional":true,"default":7},"payload":8}',
  '{"schema":{"type":"int32","parameters":{"p":1}},"payload":8}',
  '{"schema":{"type":"int32","version":2.5,"optional":"true","name":5},"payload":8}',
  '{"schema":null,"payload":12}',
  '{"schema":null,"payload":12.24}',
  '{"schema":null,"payload":9007199254740993}',
  '{"schema":null,"payload":{"a":[1,{"b":null}],"c":"x"}}',
  '{"schema":null,"payload":null}',
  '{"payload":1,"schema":{"type":"int32"}}',
  ' { "schema" : { "type" : "int32" } , "payload" : 5 } ',
  '{"schema":{"type":"int32"},"payload":null}',
  '{"schema":{"type":"int32"},"payload":1,"more":2}',
  '{"schema":{"type":"int32"}}',
  '{"a":1}',
  "{}",
  "[]",
  "1",
  '"a"',
  "null",
  "",
  "{",
  '{"a":}',
  "nonsense",
  '{"schema":{"type":"zzz"},"payload":1}',
  '{"schema":{},"payload":1}',
  '{"schema":[],"payload":1}',
  '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1},"payload":10000}',
  '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1},"payload":"x"}',
  '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Time","version":1},"payload":14400000}',
  '{"schema":{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1},"payload":4000000000}',
  '{"schema":{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1,"optional":true,"default":5},"payload":null}',
  '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":"AJw="}',
  '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":1.56}',
  '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"4"}},"payload":1.5600}',
  '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"0"}},"payload":156}',
  '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"8"}},"payload":"AQ=="}',
  '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":true}',
  '{"x":7.10,"y":1e400,"z":12.0,"w":123456789012345678901234567890}',
  '{"schema":{"type":"int32"},"payload":"abc"}',
  '{"schema":{"type":"int8"},"payload":300}',
  '{"schema":{"type":"int32"},"payload":12.7}',
  '{"schema":{"type":"boolean"},"payload":1}',
  '{"schema":{"type":"string"},"payload":5}',
  '{"a":1} trailing',
];

export const jsonTexts = (hasSchemas: boolean): Input => ({
  name: `JSON texts, schemas.enable=${hasSchemas}`,
  converters: converters(JSON_CONVERTER, STRING_CONVERTER, {
    "value.converter.schemas.enable": String(hasSchemas),
  }),
  records: JSON_TEXTS.map((value, index) => record(index, "k", value, { headers: [] })),
});

/** Bytes of every length and of many contents. */
export const bytesFor = (
  converter: string,
  more: Readonly<Record<string, string>> = {},
): Input => ({
  name: `bytes as ${converter.slice(converter.lastIndexOf(".") + 1)} ${Object.values(more).join(" ")}`.trim(),
  converters: converters(converter, STRING_CONVERTER, more),
  records: [
    ...Array.from({ length: 10 }, (_, length) => Buffer.alloc(length, 0xff)),
    Buffer.from([0]),
    Buffer.from([1]),
    Buffer.from([2]),
    Buffer.from([0x41, 0xa0]),
    Buffer.from([0x40, 0x49, 0x0f, 0xdb]),
    Buffer.from([0x7f, 0xc0, 0, 0]),
    Buffer.from([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18]),
    Buffer.from("Größe: 5 €", "utf8"),
    Buffer.from("\ufeffmarked", "utf8"),
    Buffer.from("\ufeffmarked", "utf16le"),
    Buffer.from("plain"),
  ].map((value, index) => ({
    ...record(index, "k", null, { headers: [] }),
    value: value.toString("base64"),
  })),
});

/** Texts that are dates by one pattern or another. */
export const dates: Input = {
  name: "dates",
  converters: converters(STRING_CONVERTER),
  records: [
    "20170103",
    "20170103063001",
    "20170103063001.864",
    "201701030630",
    "2017-01-03",
    "2017-1-3",
    "17-01-03",
    "2017-13-45",
    "2017-02-30 and more",
    "2017-01-03T06:30:01.864Z",
    "2017-01-03T06:30:01.864+0200",
    "2017-01-03T06:30:01.864-05:30",
    "2017-01-03 06:30:01 PST",
    "2017-01-03 06:30:01 GMT+2:00",
    "2017-01-03 18:30:01 utc",
    "Tue, 3 Jan 2017 06:30 AM",
    "tuesday, 03 january 2017 12:05 pm",
    "Tue, 3 Jan 2017 12:30 am",
    "03/Jan/2017:06:30:01 +0000",
    "1 2017",
    "366 2016",
    "  2017-01-03",
    "2017-01-",
    "-1-01-03",
    "Jan 3, 2017",
    "3.1.17",
    "24:00:00",
    "00:00:60",
    "12 BC",
    "1483425001864",
    "",
  ].map((value, index) => record(index, "k", value, { headers: [] })),
};

/** Points in time, as timestamps with a schema. */
export const times: Input = {
  name: "points in time",
  converters: converters(JSON_CONVERTER),
  records: [
    0,
    -1,
    1,
    999,
    86_399_999,
    86_400_000,
    TIMESTAMP,
    951_782_400_000,
    1_078_012_799_999,
    1_230_768_000_000,
    1_262_304_000_000,
    1_325_376_000_000,
    4_102_444_800_000,
    253_402_300_799_999,
    -2_208_988_800_000,
  ].map((ms, index) =>
    record(
      index,
      "k",
      `{"schema":{"type":"int64","name":"${LOGICAL}.Timestamp","version":1},"payload":${ms}}`,
      { headers: [] },
    ),
  ),
};
