import type { Random } from "../../../fuzz/random.ts";

/** A config as it is posted: text, numbers, booleans, null, and sometimes what no config may hold. */
export type PostedConfig = Record<string, unknown>;

/** Values that are wrong for most keys, or right in an odd way. */
export const ODD: readonly unknown[] = [
  ...[
    "",
    " ",
    "x",
    "0",
    "-1",
    "1",
    "+1",
    "1.5",
    "0x10",
    "1e3",
    "2147483648",
    "-9223372036854775809",
  ],
  ...[
    "true",
    "FALSE",
    "yes",
    "a,b",
    "a,a",
    ",",
    "a,,b",
    " a , b ",
    "none",
    "ALL",
    "null",
    "[]",
    "{}",
  ],
  ...[
    "[",
    "(?<=a)",
    "*",
    "a{2,1}",
    "\\",
    ".*",
    "é",
    "🚑",
    "a\u0001b",
    "a\tb",
    "a\nb",
    "%s",
    "$1",
    "${x}",
  ],
  ...[
    "${env:HOME}",
    "${file:/no/such:key}",
    "NoSuch",
    "java.lang.String",
    "org.apache.kafka.connect.json.JsonConverter",
  ],
  ...[null, 0, 7, -3, 2.5, 1e21, true, false, "x".repeat(3000)],
];
/** What JSON may hold and a config may not. */
const NESTED: readonly unknown[] = [{}, [], { a: "b" }, ["a"], [[]]];

const SMT = "org.apache.kafka.connect.transforms";
const CONVERTERS = [
  "org.apache.kafka.connect.json.JsonConverter",
  "org.apache.kafka.connect.storage.StringConverter",
  "org.apache.kafka.connect.storage.SimpleHeaderConverter",
  "org.apache.kafka.connect.converters.LongConverter",
  "org.apache.kafka.connect.converters.ByteArrayConverter",
];

/** Keys that both workers know, each with values that it may have. */
const COMMON: Readonly<Record<string, readonly unknown[]>> = {
  "connector.plugin.version": ["latest", "[1.0,99)"],
  "tasks.max": ["1", 2, "3"],
  "tasks.max.enforce": ["true", "false"],
  "key.converter": CONVERTERS,
  "value.converter": CONVERTERS,
  "header.converter": CONVERTERS,
  "key.converter.schemas.enable": ["true", "false"],
  "value.converter.schemas.enable": ["true", "false"],
  "value.converter.schemas.cache.size": ["10", "1000"],
  "value.converter.decimal.format": ["BASE64", "numeric"],
  "config.action.reload": ["none", "restart"],
  "errors.retry.timeout": ["0", "1000", -1],
  "errors.retry.delay.max.ms": ["0", "500"],
  "errors.tolerance": ["none", "all"],
  "errors.log.enable": ["true", "false"],
  "errors.log.include.messages": ["true", "false"],
  "producer.override.linger.ms": ["5", "0"],
  "producer.override.acks": ["all", "1"],
  "producer.override.compression.type": ["gzip", "none"],
  "consumer.override.max.poll.records": ["10"],
  "consumer.override.auto.offset.reset": ["latest", "earliest"],
  "admin.override.retries": ["3"],
  "no.such.key": ["a"],
};
const OF_SOURCE: Readonly<Record<string, readonly unknown[]>> = {
  topic: ["~fuzz", "~fuzz2"],
  "batch.size": ["1", "2000"],
  "topic.creation.groups": ["", "g", "g,h"],
  "topic.creation.default.partitions": ["1", "-1"],
  "topic.creation.default.replication.factor": ["1", "-1"],
  "topic.creation.g.include": [".*", "~fuzz"],
  "topic.creation.g.partitions": ["2"],
  "exactly.once.support": ["requested", "REQUIRED"],
  "transaction.boundary": ["poll", "INTERVAL", "connector"],
  "transaction.boundary.interval.ms": ["1000"],
  "offsets.storage.topic": ["~own"],
};
const OF_SINK: Readonly<Record<string, readonly unknown[]>> = {
  topics: ["~fuzz", "~fuzz,~fuzz2"],
  "topics.regex": ["~fuzz.*", "zz[ab]"],
  "errors.deadletterqueue.topic.name": ["~dead", "~fuzz"],
  "errors.deadletterqueue.topic.replication.factor": ["1", "3"],
  "errors.deadletterqueue.context.headers.enable": ["true", "false"],
};
/** Transformations with some of their keys. */
const TRANSFORMS: readonly (readonly [
  type: string,
  keys: Readonly<Record<string, readonly unknown[]>>,
])[] = [
  ["RegexRouter", { regex: ["a(.*)", "x"], replacement: ["b$1", ""] }],
  ["Cast$Value", { spec: ["int8", "a:int32,b:string", "a:nonsense"] }],
  ["InsertField$Value", { "static.field": ["f!"], "static.value": ["v"], "topic.field": ["t"] }],
  ["ReplaceField$Key", { exclude: ["a,b"], renames: ["a:b", "a"] }],
  ["MaskField$Value", { fields: ["a", ""], replacement: ["x"] }],
  ["TimestampConverter$Value", { "target.type": ["unix", "Date", "string"], format: ["yyyy"] }],
  ["Flatten$Value", { delimiter: [".", ""] }],
  ["Filter", {}],
  ["HoistField$Value", { field: ["a"] }],
  ["ExtractField$Value", { field: ["a", "a.b"], "field.syntax.version": ["V1", "V2"] }],
  ["DropHeaders", { headers: ["a", "a,b"] }],
  ["InsertHeader", { header: ["a"], "value.literal": ["v"] }],
  ["HeaderFrom$Value", { fields: ["a"], headers: ["h"], operation: ["move", "copy", "steal"] }],
  ["SetSchemaMetadata$Value", { "schema.name": ["n"], "schema.version": ["3"] }],
  ["TimestampRouter", { "topic.format": ["${topic}"], "timestamp.format": ["yyyyMM"] }],
  ["ValueToKey", { fields: ["a"] }],
];
const PREDICATES: readonly (readonly [
  type: string,
  keys: Readonly<Record<string, readonly unknown[]>>,
])[] = [
  ["HasHeaderKey", { name: ["h"] }],
  ["RecordIsTombstone", {}],
  ["TopicNameMatches", { pattern: ["a.*", "["] }],
];

/** Files are never odd: a sink writes to the one that it is told. */
const SOURCE_FILES = ["$DIR/~lines.txt", "$DIR/none.txt"];
const SINK_FILES = ["$DIR/~fuzz-out.txt", "$DIR/~lines.txt/x", "$DIR"];

const CLASS_OF = {
  source: [
    "FileStreamSource",
    "FileStreamSourceConnector",
    "org.apache.kafka.connect.file.FileStreamSourceConnector",
  ],
  sink: [
    "FileStreamSink",
    "FileStreamSinkConnector",
    "org.apache.kafka.connect.file.FileStreamSinkConnector",
  ],
} as const;

/** A config of a FileStream connector, mostly right or mostly odd, from a few keys to many. */
export function randomConfig(random: Random): PostedConfig {
  const kind = random.pick(["source", "sink"] as const);
  const oddness = random.pick([0, 0, 5, 20, 60]);
  const value = (values: readonly unknown[]): unknown => {
    if (random.below(400) === 0) return random.pick(NESTED);
    return random.below(100) < oddness ? random.pick(ODD) : random.pick(values);
  };
  const config: PostedConfig = {};
  const set = (key: string, values: readonly unknown[]): void => {
    config[key] = value(values);
  };
  // One class in thirty is none, and one config in thirty has none.
  if (random.below(30) > 0) {
    config["connector.class"] =
      random.below(30) > 0 ? random.pick<unknown>(CLASS_OF[kind]) : random.pick(ODD);
  }
  config["file"] = random.pick(kind === "source" ? SOURCE_FILES : SINK_FILES);
  if (kind === "source") set("topic", OF_SOURCE["topic"] ?? []);
  else set(random.pick(["topics", "topics", "topics.regex"]), OF_SINK["topics"] ?? []);
  const known = { ...COMMON, ...(kind === "source" ? OF_SOURCE : OF_SINK) };
  const keys = Object.keys(known);
  for (let more = random.below(8); more > 0; more -= 1) {
    const key = random.pick(keys);
    set(key, known[key] ?? []);
  }
  if (random.below(3) === 0) addChain(random, set);
  if (random.below(25) === 0)
    config[random.pick(["", " ", "__proto__", "constructor", "a b", "é", "name"])] =
      random.pick(ODD);
  return config;
}

function addChain(random: Random, set: (key: string, values: readonly unknown[]) => void): void {
  const aliases = ["a", "b", "c"].slice(0, 1 + random.below(3));
  set("transforms", [aliases.join(",")]);
  for (const alias of aliases) {
    const [type, keys] = random.pick(TRANSFORMS);
    set(`transforms.${alias}.type`, [`${SMT}.${type}`]);
    for (const [key, values] of Object.entries(keys)) {
      if (random.below(5) > 0) set(`transforms.${alias}.${key}`, values);
    }
    if (random.below(4) === 0) set(`transforms.${alias}.predicate`, ["p"]);
    if (random.below(6) === 0) set(`transforms.${alias}.negate`, ["true", "false"]);
  }
  if (random.below(3) > 0) return;
  const [type, keys] = random.pick(PREDICATES);
  set("predicates", ["p"]);
  set("predicates.p.type", [`${SMT}.predicates.${type}`]);
  for (const [key, values] of Object.entries(keys)) set(`predicates.p.${key}`, values);
}
