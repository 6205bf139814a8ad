/** A source connector that reads lines, and what it makes of them before they are stored. */
export interface WorkerChain {
  readonly name: string;
  readonly lines: readonly string[];
  /** Settings beside class, file and topic. */
  readonly config: Readonly<Record<string, string>>;
  /** What the chain adds to the name of its topic; the records are there. */
  readonly topicSuffix?: string;
}

type Settings = Readonly<Record<string, string>>;
type Link = readonly [type: string, settings?: Settings];

const TRANSFORMS = "org.apache.kafka.connect.transforms";
const STRING = "org.apache.kafka.connect.storage.StringConverter";
const JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";
const NUMBERS = "org.apache.kafka.connect.converters";

const withSchemas: Settings = {
  "value.converter": JSON_CONVERTER,
  "key.converter": JSON_CONVERTER,
};
const withoutSchemas: Settings = {
  ...withSchemas,
  "value.converter.schemas.enable": "false",
  "key.converter.schemas.enable": "false",
};
const asText: Settings = { "value.converter": STRING, "key.converter": STRING };
const tolerant: Settings = { "errors.tolerance": "all" };

/** Aliases t0, t1, … in order. */
function chain(...links: readonly Link[]): Settings {
  const props: Record<string, string> = {
    transforms: links.map((_, place) => `t${place}`).join(","),
  };
  for (const [place, [type, settings = {}]] of links.entries()) {
    props[`transforms.t${place}.type`] = `${TRANSFORMS}.${type}`;
    for (const [key, value] of Object.entries(settings)) {
      props[`transforms.t${place}.${key}`] = value;
    }
  }
  return props;
}

const plain = ["one", "Grüße, 世界 😀", 'a "quoted" \\ line', "", " spaces ", "\ttab", "last"];
const numbers = ["1", "-7", "0042", "2147483648", "9007199254740993", "3"];
const decimals = ["1.5", "-0.25", "1e10", "1.0E-5", "100", "2.50"];
const times = ["2024-02-29 23:59:59.123", "1969-12-31 00:00:00.000", "2026-11-25 13:01:09.007"];
const booleans = ["true", "FALSE", "True", "false"];
/** Some cannot be cast; the last one can, so that the source's offset reaches the end. */
const mixed = ["1", "x", "", "3", "3.7", "99999999999999999999", "12"];

const hoist: Link = ["HoistField$Value", { field: "line" }];
const insert: Link = ["InsertField$Value", { "static.field": "site", "static.value": "ward 3" }];
const toKey: Link = ["ValueToKey", { fields: "line" }];
const extractKey: Link = ["ExtractField$Key", { field: "line" }];
const extract: Link = ["ExtractField$Value", { field: "line" }];
const cast = (spec: string): Link => ["Cast$Value", { spec }];
const PATTERN = "yyyy-MM-dd HH:mm:ss.SSS";
const time = (type: string, more: Settings = {}): Link => [
  "TimestampConverter$Value",
  { "target.type": type, format: PATTERN, ...more },
];

function made(
  name: string,
  lines: readonly string[],
  output: Settings,
  links: readonly Link[],
  more: Settings & { readonly suffix?: string } = {},
): WorkerChain {
  const { suffix, ...settings } = more;
  const config = { ...output, ...(links.length > 0 ? chain(...links) : {}), ...settings };
  return { name, lines, config, ...(suffix === undefined ? {} : { topicSuffix: suffix }) };
}

export const workerChains: readonly WorkerChain[] = [
  made("text as it is", plain, asText, []),
  made("text as JSON with schemas", plain, withSchemas, []),
  made("text as JSON without schemas", plain, withoutSchemas, []),
  made("text in UTF-16", plain, { ...asText, "value.converter.encoding": "UTF-16" }, []),
  made("a struct", plain, withSchemas, [hoist]),
  made("a struct without its schema", plain, withoutSchemas, [hoist]),
  made("a static field", plain, withSchemas, [hoist, insert]),
  made("a key from the value", plain, withSchemas, [hoist, toKey]),
  made("a plain key from the value", plain, withoutSchemas, [hoist, toKey, extractKey]),
  made("key as text, value as JSON", plain, { ...withSchemas, "key.converter": STRING }, [
    hoist,
    toKey,
    extractKey,
  ]),
  made("there and back", plain, asText, [hoist, insert, extract]),
  made("nested structs, flattened", plain, withSchemas, [
    hoist,
    ["HoistField$Value", { field: "outer" }],
    ["Flatten$Value", { delimiter: "_" }],
  ]),
  made("fields renamed", plain, withSchemas, [
    hoist,
    insert,
    ["ReplaceField$Value", { renames: "line:text,site:where" }],
  ]),
  made("a field left out", plain, withoutSchemas, [
    hoist,
    insert,
    ["ReplaceField$Value", { exclude: "line" }],
  ]),
  made("a field masked", plain, withSchemas, [hoist, ["MaskField$Value", { fields: "line" }]]),
  made("a field replaced", plain, withSchemas, [
    hoist,
    ["MaskField$Value", { fields: "line", replacement: "***" }],
  ]),
  made("a name and a version of the schema", plain, withSchemas, [
    hoist,
    ["SetSchemaMetadata$Value", { "schema.name": "ward.Line", "schema.version": "3" }],
  ]),
  made("a field into a header", plain, withSchemas, [
    hoist,
    insert,
    ["HeaderFrom$Value", { fields: "line,site", headers: "l,s", operation: "move" }],
  ]),
  made("headers as JSON", plain, { ...withSchemas, "header.converter": JSON_CONVERTER }, [
    hoist,
    ["HeaderFrom$Value", { fields: "line", headers: "l", operation: "copy" }],
  ]),
  made("headers from literals", plain, asText, [
    ["InsertHeader", { header: "number", "value.literal": "42" }],
    ["InsertHeader", { header: "list", "value.literal": "[1,2]" }],
    ["InsertHeader", { header: "number", "value.literal": "true" }],
    ["DropHeaders", { headers: "list" }],
  ]),
  made("64 bit numbers", numbers, withSchemas, [cast("int64")]),
  made(
    "64 bit numbers in bytes",
    numbers,
    { ...asText, "value.converter": `${NUMBERS}.LongConverter` },
    [cast("int64")],
  ),
  made(
    "a number as the key",
    numbers,
    { ...withSchemas, "key.converter": `${NUMBERS}.LongConverter` },
    [hoist, cast("line:int64"), toKey, extractKey],
  ),
  made("doubles", decimals, withoutSchemas, [cast("float64")]),
  made(
    "doubles in bytes",
    decimals,
    { ...asText, "value.converter": `${NUMBERS}.DoubleConverter` },
    [cast("float64")],
  ),
  made("doubles back to text", decimals, asText, [cast("float64"), cast("string")]),
  made("booleans", booleans, withSchemas, [hoist, cast("line:boolean")]),
  made("timestamps", times, withSchemas, [hoist, time("Timestamp", { field: "line" })]),
  made("dates of text", times, withSchemas, [time("Timestamp"), time("Date")]),
  made("seconds since 1970", times, withoutSchemas, [
    hoist,
    time("unix", { field: "line", "unix.precision": "seconds" }),
  ]),
  made("times as other text", times, asText, [
    time("Timestamp"),
    time("string", { format: "EEE, d MMM yyyy HH:mm" }),
  ]),
  made("what cannot be cast is skipped", mixed, withSchemas, [cast("int32")], tolerant),
  made(
    "what is no number of a struct is skipped",
    mixed,
    withoutSchemas,
    [hoist, cast("line:int8")],
    tolerant,
  ),
  made(
    "another topic",
    plain,
    asText,
    [["RegexRouter", { regex: "(.*)", replacement: "$1-routed" }]],
    { suffix: "-routed" },
  ),
  made(
    "filtered by the name of the topic",
    plain,
    asText,
    [
      ["RegexRouter", { regex: "(.*)", replacement: "$1-kept" }],
      ["Filter", { predicate: "other" }],
    ],
    {
      predicates: "other",
      "predicates.other.type": `${TRANSFORMS}.predicates.TopicNameMatches`,
      "predicates.other.pattern": "none-.*",
      suffix: "-kept",
    },
  ),
  made(
    "with a header only where there is none",
    plain,
    asText,
    [
      ["InsertHeader", { header: "first", "value.literal": "1" }],
      [
        "InsertHeader",
        { header: "second", "value.literal": "2", predicate: "has", negate: "true" },
      ],
    ],
    {
      predicates: "has",
      "predicates.has.type": `${TRANSFORMS}.predicates.HasHeaderKey`,
      "predicates.has.name": "first",
    },
  ),
];
