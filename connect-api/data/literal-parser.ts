import { DataError } from "../errors.ts";
import { Decimal } from "./decimal.ts";
import { javaTrim } from "./java-text.ts";
import { withoutSchema } from "./java-value.ts";
import { CommonSchema, alignWith } from "./literal-schema.ts";
import { LiteralTokens } from "./literal-tokens.ts";
import { DATE_SCHEMA, TIMESTAMP_SCHEMA, TIME_SCHEMA, decimalSchema } from "./logical.ts";
import { SchemaBuilder } from "./schema-builder.ts";
import type { Schema, SchemaAndValue } from "./schema.ts";
import {
  BOOLEAN_SCHEMA,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  STRING_SCHEMA,
} from "./schemas.ts";

const NULL: SchemaAndValue = { schema: null, value: null };
const ARRAY_OF_NULL = SchemaBuilder.array(null).build();
const MAP_OF_NULL = SchemaBuilder.map(null, null).build();

/** Deeper than any header, and far from the end of the stack. */
const DEPTH_MAX = 200;

/** Narrowest first. */
const INTEGERS: readonly (readonly [bits: number, schema: Schema])[] = [
  [8, INT8_SCHEMA],
  [16, INT16_SCHEMA],
  [32, INT32_SCHEMA],
  [64, INT64_SCHEMA],
];
/** A float of 32 bits rounds to infinity from here on. */
const FLOAT32_LIMIT = 3.402_823_567_797_336_6e38;

/**
 * What a text means when nobody says which type it has: null, boolean, the narrowest number, date, time,
 * list, map, or else the text itself. Blanks around it do not count. Never throws.
 *
 * Kafka's ways are kept, also the odd ones: `1:foo` is the number 1.
 * Source: org.apache.kafka.connect.data.Values.parseString; times are read as UTC.
 */
export function parseLiteral(text: string): SchemaAndValue {
  if (text === "") return { schema: STRING_SCHEMA, value: text };
  const tokens = new LiteralTokens(text);
  return parse(tokens, 0);
}

/** `depth`: how many lists and maps it stands in. */
function parse(tokens: LiteralTokens, depth: number): SchemaAndValue {
  const isEmbedded = depth > 0;
  if (depth > DEPTH_MAX) throw incomplete("what is nested so deeply");
  if (!tokens.hasNext) return NULL;
  if (isEmbedded && tokens.consume('"')) return quotedText(tokens);
  if (isWord(tokens, "null", isEmbedded)) return NULL;
  if (isWord(tokens, "true", isEmbedded)) return { schema: BOOLEAN_SCHEMA, value: true };
  if (isWord(tokens, "false", isEmbedded)) return { schema: BOOLEAN_SCHEMA, value: false };
  const start = tokens.mark();
  try {
    if (tokens.consume("[")) return list(tokens, depth + 1);
    if (tokens.consume("{")) return map(tokens, depth + 1);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    tokens.rewind(start);
  }
  const token = tokens.next();
  const word = javaTrim(token);
  if (word === "") return { schema: STRING_SCHEMA, value: token };
  const found = (/^\d/.test(word) ? temporalOf(tokens, word) : undefined) ?? numberOf(word);
  if (found) return found;
  if (isEmbedded) throw new DataError("LITERAL_INVALID", "Failed to parse embedded value");
  return { schema: STRING_SCHEMA, value: tokens.text };
}

/** A word that stands alone, or anywhere inside a list or map. */
function isWord(tokens: LiteralTokens, word: string, isEmbedded: boolean): boolean {
  const start = tokens.mark();
  if (tokens.consume(word) && (isEmbedded || !tokens.hasNext)) return true;
  tokens.rewind(start);
  return false;
}

function quotedText(tokens: LiteralTokens): SchemaAndValue {
  let content = "";
  while (tokens.hasNext && !tokens.consume('"')) content += tokens.next();
  return temporal(content) ?? { schema: STRING_SCHEMA, value: content };
}

function list(tokens: LiteralTokens, depth: number): SchemaAndValue {
  const items: SchemaAndValue[] = [];
  const common = new CommonSchema();
  while (tokens.hasNext) {
    if (tokens.consume("]")) {
      const plain = items.map(({ schema, value }) => withoutSchema(schema, value));
      const schema = common.schema;
      if (!schema) return { schema: ARRAY_OF_NULL, value: plain };
      return {
        schema: SchemaBuilder.array(schema).build(),
        value: plain.map((item) => alignWith(schema, item)),
      };
    }
    if (tokens.consume(",")) throw incomplete("an empty list element");
    const item = parse(tokens, depth);
    common.add(item.schema);
    items.push(item);
    const afterItem = tokens.mark();
    if (tokens.consume("]")) tokens.rewind(afterItem);
    else if (!tokens.consume(",")) throw incomplete("a list without comma");
  }
  throw incomplete("a list without end");
}

function map(tokens: LiteralTokens, depth: number): SchemaAndValue {
  const entries = new Map<unknown, unknown>();
  const [keys, values] = [new CommonSchema(), new CommonSchema()];
  while (tokens.hasNext) {
    if (tokens.consume("}")) return mapOf(entries, keys.schema, values.schema);
    if (tokens.consume(",")) throw incomplete("a map entry without key");
    const key = parse(tokens, depth);
    if (key.value === null) throw incomplete("a map entry whose key is null");
    if (!tokens.consume(":")) throw incomplete("a map entry without colon");
    const value = parse(tokens, depth);
    entries.set(withoutSchema(key.schema, key.value), withoutSchema(value.schema, value.value));
    tokens.consume(",");
    keys.add(key.schema);
    values.add(value.schema);
  }
  throw incomplete("a map without end");
}

function mapOf(
  entries: ReadonlyMap<unknown, unknown>,
  keys: Schema | null,
  values: Schema | null,
): SchemaAndValue {
  if (!keys) return { schema: MAP_OF_NULL, value: entries };
  const aligned = [...entries].map(([key, value]): readonly [unknown, unknown] => [
    alignWith(keys, key),
    values ? alignWith(values, value) : value,
  ]);
  return { schema: SchemaBuilder.map(keys, values).build(), value: new Map(aligned) };
}

function incomplete(what: string): DataError {
  return new DataError("LITERAL_INVALID", `Unable to parse ${what}`);
}

/** A time has colons, which are tokens of their own, so five tokens may be one time. */
function temporalOf(tokens: LiteralTokens, word: string): SchemaAndValue | undefined {
  const start = tokens.mark();
  const rest = tokens.nextSeveral(4);
  const found = rest === undefined ? undefined : temporal(word + rest);
  if (found) return found;
  tokens.rewind(start);
  return temporal(word);
}

/** A number where a date has one: Java's lenient reading takes any digits, and a sign. */
const NUMBER = String.raw`[ \t]*(-?\d+)`;
const TIME_OF_DAY = String.raw`${NUMBER}:${NUMBER}:${NUMBER}\.${NUMBER}Z`;
const DAY = `${NUMBER}-${NUMBER}-${NUMBER}`;
const TIME = new RegExp(`^${TIME_OF_DAY}`);
const DATE = new RegExp(`^${DAY}`);
const TIMESTAMP = new RegExp(`^${DAY}T${TIME_OF_DAY}`);

/** ISO text of exactly Kafka's length; a day or an hour too large rolls over, as in Java. */
function temporal(text: string): SchemaAndValue | undefined {
  const plain = text.replaceAll("\\:", ":");
  if (plain.length === 13) return dated(TIME_SCHEMA, TIME.exec(plain), ["1970", "1", "1"]);
  if (plain.length === 24) return dated(TIMESTAMP_SCHEMA, TIMESTAMP.exec(plain), []);
  return plain.length === 10 ? dated(DATE_SCHEMA, DATE.exec(plain), []) : undefined;
}

function dated(
  schema: Schema,
  match: RegExpExecArray | null,
  day: readonly string[],
): SchemaAndValue | undefined {
  if (!match) return undefined;
  const [year = 0, month = 1, date = 1, hour = 0, minute = 0, second = 0, ms = 0] = [
    ...day,
    ...match.slice(1),
  ].map(Number);
  const value = new Date(0);
  value.setUTCFullYear(year, month - 1, date);
  value.setUTCHours(hour, minute, second, ms);
  return { schema, value };
}

function numberOf(word: string): SchemaAndValue | undefined {
  if (!/^[-+\d]/.test(word)) return undefined;
  let decimal: Decimal;
  try {
    decimal = Decimal.parse(word);
  } catch {
    return undefined;
  }
  const whole = wholeOf(decimal);
  const width = whole === undefined ? undefined : INTEGERS.find(([bits]) => fits(whole, bits));
  if (width) {
    return { schema: width[1], value: width[0] === 64 ? whole : Number(whole) };
  }
  const value = decimal.toNumber();
  if (decimal.scale === 0 || !Number.isFinite(value)) {
    return { schema: decimalSchema(decimal.scale).build(), value: decimal };
  }
  return Math.abs(value) < FLOAT32_LIMIT
    ? { schema: FLOAT32_SCHEMA, value: Math.fround(value) }
    : { schema: FLOAT64_SCHEMA, value };
}

const fits = (whole: bigint, bits: number): boolean => BigInt.asIntN(bits, whole) === whole;

/** The integer that a decimal is, unless it is too large for 64 bits anyway. */
function wholeOf({ unscaled, scale }: Decimal): bigint | undefined {
  if (unscaled === 0n) return 0n;
  if (scale <= 0) return scale < -19 ? undefined : unscaled * 10n ** BigInt(-scale);
  // A whole number ends in as many zeros as it has places after the point.
  if (scale >= String(unscaled).length) return undefined;
  const power = 10n ** BigInt(scale);
  return unscaled % power === 0n ? unscaled / power : undefined;
}
