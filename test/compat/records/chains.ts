/** Chains of one transformation each, in many settings: name of the transformation and its settings. */
export type Settings = Readonly<Record<string, string>>;

const PACKAGE = "org.apache.kafka.connect.transforms";

const PATTERN = "yyyy MM dd HH mm ss SSS z";

/** Transformations that exist for keys and for values. */
export const onPart: readonly (readonly [name: string, settings: Settings])[] = [
  ...["int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"].flatMap(
    (type) =>
      [
        ["Cast", { spec: type }],
        ["Cast", { spec: `magic:${type}` }],
      ] as const,
  ),
  ["Cast", { spec: "dbl:int32,str:int64,bool:boolean,flt:string,day:int32" }],
  ["Cast", { spec: "dec:int32,ts:string,time:string,long:float32,bytes:string,short:int8" }],
  ["Cast", { spec: "dec:float64,dec2:string,day:string,ts:int64,time:boolean,absent:int32" }],
  ["Cast", { spec: "magic:int8,str:string", "replace.null.with.default": "false" }],
  ["Cast", { spec: "list:int8" }],
  ["Cast", { spec: "inner:string" }],
  ["Cast", { spec: "magic: INT8 " }],
  ["Cast", { spec: "" }],
  ["Cast", { spec: "int8,magic:int8" }],
  ["Cast", { spec: "magic:bytes" }],
  ["Cast", { spec: "magic:zzz" }],
  ["Cast", { spec: "a:b:c" }],
  ["Cast", {}],
  ["ExtractField", { field: "magic" }],
  ["ExtractField", { field: "nonexistent" }],
  ["ExtractField", { field: "str", "replace.null.with.default": "false" }],
  ["ExtractField", { field: "inner.foo" }],
  ["ExtractField", { field: "inner.foo", "field.syntax.version": "V2" }],
  ["ExtractField", { field: "inner.`foo.bar`", "field.syntax.version": "v2" }],
  ["ExtractField", { field: "inner.deep.i", "field.syntax.version": "V2" }],
  ["ExtractField", { field: "magic.b", "field.syntax.version": "V2" }],
  ["ExtractField", { field: "none.b", "field.syntax.version": "V2" }],
  ["ExtractField", { field: "`inner", "field.syntax.version": "V2" }],
  ["ExtractField", { field: "inner.", "field.syntax.version": "V2" }],
  ["ExtractField", { field: "magic", "field.syntax.version": "V3" }],
  ["Flatten", {}],
  ["Flatten", { delimiter: "#" }],
  ["HeaderFrom", { fields: "magic", headers: "x", operation: "copy" }],
  ["HeaderFrom", { fields: "magic,str", headers: "x,h1", operation: "move" }],
  ["HeaderFrom", { fields: "magic,magic", headers: "i1,i2", operation: "move" }],
  ["HeaderFrom", { fields: "str,dbl,inner,list", headers: "i,i,j,k", operation: "copy" }],
  ["HeaderFrom", { fields: "ts,day,time,dec", headers: "a,b,c,d", operation: "move" }],
  [
    "HeaderFrom",
    { fields: "str", headers: "x", operation: "copy", "replace.null.with.default": "false" },
  ],
  ["HeaderFrom", { fields: "absent", headers: "x", operation: "copy" }],
  ["HeaderFrom", { fields: "a,b", headers: "x", operation: "copy" }],
  ["HeaderFrom", { fields: "a", headers: "x", operation: "Move" }],
  ["HeaderFrom", { fields: "", headers: "", operation: "move" }],
  ["HoistField", { field: "magic" }],
  [
    "InsertField",
    {
      "topic.field": "t!",
      "partition.field": "p",
      "timestamp.field": "tsx?",
      "static.field": "i",
      "static.value": "v",
    },
  ],
  ["InsertField", { "offset.field": "o!" }],
  ["InsertField", { "topic.field": "magic" }],
  [
    "InsertField",
    { "static.field": "s", "static.value": "v", "replace.null.with.default": "false" },
  ],
  ["InsertField", {}],
  ["InsertField", { "static.field": "s" }],
  ["MaskField", { fields: "magic,bool,str,list" }],
  ["MaskField", { fields: "dbl,flt,long,byte,short" }],
  ["MaskField", { fields: "ts,day,time" }],
  ["MaskField", { fields: "dec" }],
  ["MaskField", { fields: "inner" }],
  ["MaskField", { fields: "bytes" }],
  ["MaskField", { fields: "str", replacement: "xxx" }],
  ["MaskField", { fields: "magic", replacement: "123" }],
  ["MaskField", { fields: "magic", replacement: "foo" }],
  ["MaskField", { fields: "dbl", replacement: "300.7" }],
  ["MaskField", { fields: "byte,short", replacement: "300" }],
  ["MaskField", { fields: "bool", replacement: "1" }],
  ["MaskField", { fields: "str,magic", "replace.null.with.default": "false" }],
  ["MaskField", { fields: "str", replacement: "" }],
  ["MaskField", { fields: "" }],
  ["ReplaceField", { exclude: "str", renames: "magic:xyz,bool:bar" }],
  ["ReplaceField", { include: "magic,bool", renames: "magic:xyz,bool:bar" }],
  ["ReplaceField", { include: "a,b", exclude: "b" }],
  ["ReplaceField", { include: "x", renames: "a:x" }],
  ["ReplaceField", { exclude: "inner", "replace.null.with.default": "false" }],
  ["ReplaceField", { renames: "a:b:c" }],
  ["ReplaceField", { renames: "a" }],
  ["ReplaceField", {}],
  ["SetSchemaMetadata", { "schema.name": "foo", "schema.version": "42" }],
  ["SetSchemaMetadata", { "schema.version": "2" }],
  ["SetSchemaMetadata", { "schema.name": "foo", "replace.null.with.default": "false" }],
  ["SetSchemaMetadata", {}],
  ["SetSchemaMetadata", { "schema.version": "x" }],
  ...["string", "unix", "Date", "Time", "Timestamp"].flatMap(
    (type) =>
      [
        ["TimestampConverter", { "target.type": type, format: PATTERN }],
        ["TimestampConverter", { "target.type": type, format: PATTERN, field: "ts" }],
        ["TimestampConverter", { "target.type": type, format: PATTERN, field: "when" }],
      ] as const,
  ),
  ...["seconds", "milliseconds", "microseconds", "nanoseconds"].flatMap(
    (precision) =>
      [
        ["TimestampConverter", { "target.type": "unix", field: "ts", "unix.precision": precision }],
        [
          "TimestampConverter",
          { "target.type": "Timestamp", field: "long", "unix.precision": precision },
        ],
      ] as const,
  ),
  ["TimestampConverter", { "target.type": "Timestamp", field: "day" }],
  ["TimestampConverter", { "target.type": "unix", field: "magic" }],
  [
    "TimestampConverter",
    { "target.type": "string", format: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", field: "ts" },
  ],
  [
    "TimestampConverter",
    { "target.type": "string", format: "EEE, d MMM yyyy hh:mm a Z", field: "ts" },
  ],
  [
    "TimestampConverter",
    { "target.type": "string", format: "G YY w W D F u k K EEEE MMMM", field: "ts" },
  ],
  ["TimestampConverter", { "target.type": "string", field: "ts" }],
  ["TimestampConverter", { "target.type": "string", field: "ts", format: "bbb" }],
  ["TimestampConverter", { "target.type": "Timestamp", field: "absent" }],
  ["TimestampConverter", { "target.type": "timestamp" }],
  ["TimestampConverter", {}],
];

/** Transformations of a record as a whole. */
export const onRecord: readonly (readonly [name: string, settings: Settings])[] = [
  ["DropHeaders", { headers: "h1" }],
  ["DropHeaders", { headers: "nope,h2" }],
  ["DropHeaders", { headers: "" }],
  ["Filter", {}],
  ...[
    "test-value",
    "1",
    "3.14",
    "true",
    "null",
    "[1,2]",
    "2019-08-23",
    '{"a":1.5,"b":2}',
    '[1,"four"]',
    "14:34:54.346Z",
  ].map((literal) => ["InsertHeader", { header: "h1", "value.literal": literal }] as const),
  ["InsertHeader", { header: "x" }],
  ["RegexRouter", { regex: "foo", replacement: "bar" }],
  ["RegexRouter", { regex: "(.*)", replacement: "prefix-$1" }],
  ["RegexRouter", { regex: "(.*)-(\\d{8})", replacement: "$1" }],
  ["RegexRouter", { regex: "(?<name>\\w+)(\\d)", replacement: "${name}_$2\\$" }],
  ["RegexRouter", { regex: "(?i)FOO.*", replacement: "x" }],
  ["RegexRouter", { regex: "f|foo", replacement: "x" }],
  ["RegexRouter", { regex: "foo(bar)?", replacement: "x$1$12" }],
  ["RegexRouter", { regex: "foo", replacement: "$3" }],
  ["RegexRouter", { regex: "foo", replacement: "${zz}" }],
  ["RegexRouter", { regex: "foo", replacement: "$" }],
  ["RegexRouter", { regex: "\\Qa$1\\E", replacement: "dollar" }],
  ["RegexRouter", { regex: "(", replacement: "x" }],
  ["TimestampRouter", {}],
  ["TimestampRouter", { "topic.format": "x_${timestamp}", "timestamp.format": "yyyy-MM" }],
  ["TimestampRouter", { "topic.format": "${topic}-${topic}", "timestamp.format": "yy" }],
  ["TimestampRouter", { "timestamp.format": "bbb" }],
  ["ValueToKey", { fields: "magic,str" }],
  ["ValueToKey", { fields: "a,b" }],
  ["ValueToKey", { fields: "z" }],
  ["ValueToKey", { fields: "ts,day,dec,inner" }],
  ["ValueToKey", { fields: "str", "replace.null.with.default": "false" }],
  ["ValueToKey", { fields: "" }],
];

/** Predicates, as settings of an alias `p`. */
export const predicates: readonly (readonly [name: string, settings: Settings])[] = [
  ["HasHeaderKey", { name: "foo" }],
  ["HasHeaderKey", { name: "h1" }],
  ["HasHeaderKey", { name: "" }],
  ["HasHeaderKey", {}],
  ["RecordIsTombstone", {}],
  ["TopicNameMatches", { pattern: "my-prefix-.*" }],
  ["TopicNameMatches", { pattern: "orders" }],
  ["TopicNameMatches", { pattern: "foo|in" }],
  ["TopicNameMatches", { pattern: "" }],
  ["TopicNameMatches", { pattern: "[" }],
];

export const transformClass = (name: string): string => `${PACKAGE}.${name}`;
export const predicateClass = (name: string): string => `${PACKAGE}.predicates.${name}`;

/** The settings of a chain: aliases t0, t1, … in order. */
export function chain(
  ...links: readonly (readonly [name: string, settings: Settings])[]
): Settings {
  const props: Record<string, string> = {
    transforms: links.map((_, index) => `t${index}`).join(","),
  };
  for (const [index, [name, settings]] of links.entries()) {
    props[`transforms.t${index}.type`] = transformClass(name);
    for (const [key, value] of Object.entries(settings))
      props[`transforms.t${index}.${key}`] = value;
  }
  return props;
}

/** Patterns of dates, to read and to write. */
export const patterns: readonly string[] = [
  "yyyyMMdd",
  "yyyyMMddHHmmss",
  "yyyyMMddHHmmss.SSS",
  "yyyyMMddHHmm",
  "yyyy-MM-dd",
  "yy-MM-dd",
  "y-M-d",
  "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
  "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  "yyyy-MM-dd'T'HH:mm:ss.SSSXX",
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  "yyyy-MM-dd'T'HH:mm:ss.SSSZ",
  "yyyy-MM-dd HH:mm:ss z",
  "yyyy-MM-dd kk:mm:ss zzzz",
  "EEE, d MMM yyyy hh:mm a",
  "EEEE, dd MMMM yyyy KK:mm a",
  "dd/MMM/yyyy:HH:mm:ss Z",
  "D yyyy",
  "w YYYY",
  "W M yyyy",
  "u w YYYY",
  "F E MM yyyy",
  "MMM d, yyyy",
  "d.M.yy",
  "HH:mm:ss",
  "y G",
  "yyyy",
  "M",
  "LLLL",
  "S",
  "SSSSSS",
  "'year' yyyy ''yy''",
  "yyyyy",
];
