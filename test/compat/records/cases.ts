import { chain, onPart, onRecord, patterns, predicateClass, predicates } from "./chains.ts";
import type { Settings } from "./chains.ts";
import {
  bytesFor,
  converters,
  dates,
  headerTexts,
  jsonTexts,
  keys,
  places,
  plain,
  schemas,
  struct,
  text,
  times,
} from "./inputs.ts";
import type { Input } from "./inputs.ts";
import type { RecordCase } from "./record-case.ts";

const JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";
const STRING_CONVERTER = "org.apache.kafka.connect.storage.StringConverter";

/** Converters that show what a chain made: with schemas, so that no type is lost. */
const withSchemas = converters(JSON_CONVERTER, JSON_CONVERTER);
const asText = converters(STRING_CONVERTER, STRING_CONVERTER);
const withoutSchemas = converters(JSON_CONVERTER, JSON_CONVERTER, {
  "key.converter.schemas.enable": "false",
  "value.converter.schemas.enable": "false",
  "value.converter.decimal.format": "NUMERIC",
});

const TOLERANT: Settings = { "errors.tolerance": "all" };

function makeCase(
  name: string,
  input: Input,
  settings: Settings,
  output: Settings = withSchemas,
  kind: RecordCase["kind"] = "sink",
): RecordCase {
  const connector =
    kind === "sink"
      ? { "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", topics: "in" }
      : {
          "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
          topic: "in",
        };
  return {
    name: `${name} on ${input.name}`,
    kind,
    config: { name: "compat", ...connector, ...input.converters, ...TOLERANT, ...settings },
    output,
    records: input.records,
  };
}

const label = (name: string, settings: Settings): string =>
  `${name} ${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ")}`.trim();

/** Every transformation alone, on values of every kind. */
function single(): RecordCase[] {
  const made: RecordCase[] = [];
  for (const [name, settings] of onPart) {
    const value = chain([`${name}$Value`, settings]);
    for (const input of [plain, struct, schemas]) {
      made.push(makeCase(label(`${name}$Value`, settings), input, value));
    }
    made.push(makeCase(label(`${name}$Key`, settings), keys, chain([`${name}$Key`, settings])));
  }
  for (const [name, settings] of onRecord) {
    for (const input of [plain, struct, places]) {
      made.push(makeCase(label(name, settings), input, chain([name, settings])));
    }
  }
  return made;
}

/** What comes out, as other converters write it. */
function outputs(): RecordCase[] {
  const made: RecordCase[] = [];
  for (const input of [plain, struct, schemas, text, headerTexts]) {
    made.push(makeCase("no transformation", input, {}));
    made.push(makeCase("no transformation, as text", input, {}, asText));
    made.push(makeCase("no transformation, without schemas", input, {}, withoutSchemas));
    made.push(
      makeCase(
        "defaults kept",
        input,
        {},
        {
          ...withSchemas,
          "value.converter.replace.null.with.default": "false",
        },
      ),
    );
    made.push(
      makeCase("JSON headers", input, {}, { ...withSchemas, "header.converter": JSON_CONVERTER }),
    );
    for (const type of ["Boolean", "Short", "Integer", "Long", "Float", "Double", "ByteArray"]) {
      const converter = `org.apache.kafka.connect.converters.${type}Converter`;
      made.push(
        makeCase(`as ${type}`, input, {}, { ...withSchemas, "value.converter": converter }),
      );
    }
  }
  const casts: readonly Settings[] = [
    "int8",
    "int16",
    "int32",
    "int64",
    "float32",
    "float64",
    "boolean",
    "string",
  ].map((type) => chain(["Cast$Value", { spec: type }]));
  for (const [index, settings] of casts.entries()) {
    for (const input of [plain, schemas]) {
      made.push(makeCase(`cast ${index}, as text`, input, settings, asText));
      made.push(makeCase(`cast ${index}, without schemas`, input, settings, withoutSchemas));
    }
  }
  return made;
}

/** What converters read. */
function readings(): RecordCase[] {
  const made: RecordCase[] = [];
  for (const hasSchemas of [true, false]) {
    const input = jsonTexts(hasSchemas);
    made.push(makeCase("read", input, {}));
    made.push(
      makeCase("read, defaults kept", input, {
        "value.converter.replace.null.with.default": "false",
      }),
    );
    made.push(makeCase("read, without schemas", input, {}, withoutSchemas));
    made.push(makeCase("read, as text", input, {}, asText));
  }
  for (const type of ["Boolean", "Short", "Integer", "Long", "Float", "Double", "ByteArray"]) {
    const input = bytesFor(`org.apache.kafka.connect.converters.${type}Converter`);
    made.push(makeCase("read", input, {}));
    made.push(makeCase("read, as text", input, {}, asText));
    made.push(makeCase("read, and back", input, {}, input.converters));
  }
  for (const encoding of [
    "UTF-8",
    "UTF-16",
    "UTF-16BE",
    "UTF-16LE",
    "ISO-8859-1",
    "US-ASCII",
    "windows-1252",
    "ISO-8859-2",
  ]) {
    const input = bytesFor(STRING_CONVERTER, { "value.converter.converter.encoding": encoding });
    made.push(makeCase("read", input, {}));
    made.push(
      makeCase("write", text, {}, { ...asText, "value.converter.converter.encoding": encoding }),
    );
    made.push(makeCase("read, and back", input, {}, input.converters));
  }
  return made;
}

/** Every pattern reads every text and writes every point in time. */
function dated(): RecordCase[] {
  return patterns.flatMap((format) => [
    makeCase(
      `by "${format}"`,
      dates,
      chain(["TimestampConverter$Value", { "target.type": "Timestamp", format }]),
    ),
    makeCase(
      `by "${format}"`,
      times,
      chain(["TimestampConverter$Value", { "target.type": "string", format }]),
    ),
  ]);
}

function conditional(): RecordCase[] {
  const made: RecordCase[] = [];
  for (const [name, settings] of predicates) {
    for (const negate of [undefined, "true", "false"]) {
      const props: Record<string, string> = {
        ...chain(["Filter", {}], ["InsertHeader", { header: "kept", "value.literal": "1" }]),
        predicates: "p",
        "predicates.p.type": predicateClass(name),
        "transforms.t0.predicate": "p",
      };
      for (const [key, value] of Object.entries(settings)) props[`predicates.p.${key}`] = value;
      if (negate !== undefined) props["transforms.t0.negate"] = negate;
      const title = `${label(name, settings)} negate=${negate ?? "unset"}`;
      made.push(makeCase(title, places, props));
      made.push(makeCase(title, plain, props));
    }
  }
  return made;
}

function failures(): RecordCase[] {
  const bad = chain(
    ["Cast$Value", { spec: "magic:int8" }],
    ["ExtractField$Value", { field: "magic" }],
  );
  const letters = {
    "errors.deadletterqueue.topic.name": "dlq",
    "errors.deadletterqueue.context.headers.enable": "true",
  };
  const made: RecordCase[] = [];
  for (const input of [plain, struct, schemas]) {
    made.push(makeCase("tolerance none", input, { ...bad, "errors.tolerance": "none" }));
    made.push(
      makeCase("tolerance none with dead letters", input, {
        ...bad,
        ...letters,
        "errors.tolerance": "none",
      }),
    );
    made.push(makeCase("dead letters", input, { ...bad, ...letters }));
    made.push(
      makeCase("dead letters without context", input, {
        ...bad,
        "errors.deadletterqueue.topic.name": "dlq",
      }),
    );
    made.push(
      makeCase("dead letters of converters", input, {
        ...letters,
        "value.converter": JSON_CONVERTER,
        "key.converter": "org.apache.kafka.connect.converters.LongConverter",
      }),
    );
    made.push(
      makeCase("dead letters of the output", input, letters, {
        ...withSchemas,
        "value.converter": "org.apache.kafka.connect.converters.LongConverter",
      }),
    );
  }
  return made;
}

/** A generator of numbers below `limit` that gives the same ones in every run (mulberry32). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
}

/** Chains of two to five, drawn by chance, with and without predicates, on sinks and sources. */
function drawn(count: number): RecordCase[] {
  const draw = numbers(7);
  const from = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const made: RecordCase[] = [];
  for (let number = 0; number < count; number += 1) {
    const links = Array.from({ length: 2 + draw(4) }, (): readonly [string, Settings] => {
      const [name, settings] = from(draw(3) === 0 ? onRecord : onPart);
      const isOnPart = onPart.some(([other]) => other === name);
      return [isOnPart ? `${name}$${draw(5) === 0 ? "Key" : "Value"}` : name, settings];
    });
    const props: Record<string, string> = { ...chain(...links) };
    if (draw(3) === 0) {
      const [name, settings] = from(predicates);
      const link = draw(links.length);
      props["predicates"] = "p";
      props["predicates.p.type"] = predicateClass(name);
      props[`transforms.t${link}.predicate`] = "p";
      props[`transforms.t${link}.negate`] = String(draw(2) === 0);
      for (const [key, value] of Object.entries(settings)) props[`predicates.p.${key}`] = value;
    }
    const title = `chain ${number}: ${links.map(([name, settings]) => label(name, settings)).join(" → ")}`;
    const input = from([plain, struct, schemas, keys, places, text]);
    const output = from([withSchemas, withSchemas, asText, withoutSchemas]);
    made.push(makeCase(title, input, props, output, draw(3) === 0 ? "source" : "sink"));
  }
  return made;
}

export const allCases: readonly RecordCase[] = [
  ...single(),
  ...outputs(),
  ...readings(),
  ...dated(),
  ...conditional(),
  ...failures(),
  ...drawn(300),
];
