import {
  DataError,
  Decimal,
  base64Text,
  encodeLogical,
  fractionOf,
  integerOf,
  isoText,
  javaClassName,
  javaTrim,
  numberText,
  numberValue,
  saturated,
  schemalessType,
} from "#connect-api";
import type { Schema, SchemaType } from "#connect-api";

export const CAST_TARGETS = [
  "INT8",
  "INT16",
  "INT32",
  "INT64",
  "FLOAT32",
  "FLOAT64",
  "BOOLEAN",
  "STRING",
] as const satisfies readonly SchemaType[];
export type CastTarget = (typeof CAST_TARGETS)[number];

const SOURCES: readonly SchemaType[] = [...CAST_TARGETS, "BYTES"];
const BITS = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 } as const;

/**
 * A value as one of another type, by Java's rules for casts: numbers wrap around or are cut, fractions lose
 * what is after the point. The result is in the form that a value with a schema has.
 *
 * Throws DataError with Kafka's texts, without the value.
 * Source: org.apache.kafka.connect.transforms.Cast.castValueToType.
 */
export function castValue(schema: Schema | null, value: unknown, target: CastTarget): unknown {
  if (value === null || value === undefined) return null;
  const type = schema?.type ?? schemalessType(value);
  if (type === null) {
    const message = `Cast transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`;
    throw new DataError("CAST_UNSUPPORTED", message);
  }
  if (!SOURCES.includes(type)) {
    const message = `Cast transformation does not support casting from ${type}; supported types are [${SOURCES.join(", ")}]`;
    throw new DataError("CAST_UNSUPPORTED", message);
  }
  if (target === "STRING") return castToString(schema, value);
  const source = schema && value instanceof Date ? encodeLogical(schema, value) : value;
  if (typeof source === "string") return castText(source, target);
  if (typeof source === "boolean") return castNumber(source ? 1 : 0, target);
  const isNumber =
    typeof source === "bigint" || source instanceof Decimal || numberValue(source) !== undefined;
  if (isNumber) return castNumber(source, target);
  const message = `Unexpected type in Cast transformation: class ${javaClassName(source, schema)}`;
  throw new DataError("CAST_UNSUPPORTED", message);
}

function castNumber(value: unknown, target: Exclude<CastTarget, "STRING">): unknown {
  switch (target) {
    case "INT64":
      return integerOf(value);
    case "INT8":
    case "INT16":
    case "INT32":
      return Number(BigInt.asIntN(BITS[target], int32Of(value)));
    case "FLOAT32":
      return Math.fround(fractionOf(value));
    case "FLOAT64":
      return fractionOf(value);
    case "BOOLEAN":
      return integerOf(value) !== 0n;
  }
}

/** Java goes from a double to a narrow integer by way of int, which keeps the largest int at the end. */
function int32Of(value: unknown): bigint {
  if (typeof value === "bigint" || value instanceof Decimal) return integerOf(value);
  const number = saturated(numberValue(value) ?? 0);
  if (number > 0x7fff_ffffn) return 0x7fff_ffffn;
  return number < -0x8000_0000n ? -0x8000_0000n : number;
}

function castText(text: string, target: Exclude<CastTarget, "STRING">): unknown {
  if (target === "BOOLEAN") return text.toLowerCase() === "true";
  if (target === "FLOAT32" || target === "FLOAT64") {
    const number = parseFraction(text);
    return target === "FLOAT32" ? Math.fround(number) : number;
  }
  if (!/^[+-]?\d+$/.test(text)) throw outOfRange();
  const integer = BigInt(text.replace(/^\+/, ""));
  if (BigInt.asIntN(BITS[target], integer) !== integer) throw outOfRange();
  return target === "INT64" ? integer : Number(integer);
}

/** Double.parseDouble, without its hexadecimal form. */
function parseFraction(text: string): number {
  const match = /^([+-]?)(NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/.exec(
    javaTrim(text),
  );
  if (!match) throw outOfRange();
  return (match[1] === "-" ? -1 : 1) * Number(match[2]);
}

function castToString(schema: Schema | null, value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) return isoText(value);
  if (value instanceof Uint8Array) return base64Text(value);
  return numberText(value, schema) ?? String(value);
}

function outOfRange(): DataError {
  return new DataError("CAST_OUT_OF_RANGE", "Value was out of range for requested data type");
}
