import { exactNumber, isExactNumber, parseExactJson } from "#lib/exact-json";
import { AvroDataError } from "./avro-error.ts";
import type { AvroSchema } from "./schema.ts";

/** Thrown by generated code; the path is looked for only then. */
export const MISMATCH = new AvroDataError("AVRO_DATA_MISMATCH", "The data does not fit the schema");

export const BAD_BRANCH = new AvroDataError(
  "AVRO_BYTES_INVALID",
  "The bytes are not data of the schema: a union has no such branch",
);

/** A value of a union that has more than null and one other branch. */
export class AvroUnionValue {
  readonly branch: number;
  readonly value: unknown;

  constructor(branch: number, value: unknown) {
    this.branch = branch;
    this.value = value;
  }
}

export function bad(): never {
  throw MISMATCH;
}

export function badBranch(): never {
  throw BAD_BRANCH;
}

/** A whole number of FHIR: number, bigint, or a number that keeps its digits. */
export function wholeNumber(value: unknown): number {
  const number =
    typeof value === "bigint"
      ? Number(value)
      : isExactNumber(value)
        ? Number(value.rawJSON)
        : Number.NaN;
  if ((number | 0) !== number) throw MISMATCH;
  return number;
}

/** A whole number of 64 bits, likewise. */
export function longNumber(value: unknown): bigint {
  const number =
    typeof value === "bigint"
      ? value
      : Number.isSafeInteger(value)
        ? BigInt(value as number)
        : isExactNumber(value) && /^-?\d+$/.test(value.rawJSON)
          ? BigInt(value.rawJSON)
          : undefined;
  if (number === undefined || BigInt.asIntN(64, number) !== number) throw MISMATCH;
  return number;
}

export function floatNumber(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  if (isExactNumber(value)) return Number(value.rawJSON);
  throw MISMATCH;
}

export function mapOf(value: unknown): unknown {
  return isPlainObject(value) ? new Map(Object.entries(value)) : value;
}

/** Any name is a member, `__proto__` too. */
export function setMember(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** The text of a number, digit by digit. */
export function numberText(value: unknown): string {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return String(value);
  if (isExactNumber(value)) return value.rawJSON;
  throw MISMATCH;
}

/** What JSON without a schema is read as: bigint for whole numbers, all digits for others. */
export function numberOf(text: string): unknown {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const number = Number(text);
  return String(number) === text ? number : exactNumber(text);
}

/** Data as JSON text. */
export function jsonText(value: unknown): string {
  if (value === undefined || typeof value === "function") throw MISMATCH;
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? exactNumber(String(item)) : item,
  );
}

export function jsonOf(text: string): unknown {
  return parseExactJson(text, numberOf);
}

/** Every member is either known or has no value. Throws MISMATCH otherwise. */
export function checkMembers(value: object, names: ReadonlySet<string>): void {
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined && member !== null && !names.has(name)) throw MISMATCH;
  }
}

/** The branch of a union that a bare value belongs to. Throws MISMATCH when there is none. */
export function branchOf(branches: readonly AvroSchema[], value: unknown): number {
  const index =
    value instanceof AvroUnionValue
      ? value.branch
      : branches.findIndex((branch) => looksLike(branch, value));
  if (!branches[index]) throw MISMATCH;
  return index;
}

export const bareValue = (value: unknown): unknown =>
  value instanceof AvroUnionValue ? value.value : value;

/** By type only: the members of a record are not looked at, but all of its required ones must be there. */
export function looksLike(schema: AvroSchema, value: unknown): boolean {
  switch (schema.type) {
    case "null":
      return value === null || value === undefined;
    case "boolean":
    case "string":
      return typeof value === schema.type;
    case "int":
      return typeof value === "number" && (value | 0) === value;
    case "long":
      return typeof value === "bigint" || Number.isSafeInteger(value);
    case "float":
    case "double":
      return typeof value === "number" || isExactNumber(value);
    case "bytes":
      return value instanceof Uint8Array;
    case "fixed":
      return value instanceof Uint8Array && value.length === schema.size;
    case "enum":
      return typeof value === "string" && schema.symbols.includes(value);
    case "array":
      return Array.isArray(value);
    case "map":
      return value instanceof Map || isPlainObject(value);
    case "record":
      return (
        isPlainObject(value) &&
        schema.fields.every((field) => field.hasDefault || field.name in value) &&
        Object.keys(value).every((name) => schema.fields.some((field) => field.name === name))
      );
    case "union":
      return schema.branches.some((branch) => looksLike(branch, value));
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array) &&
    !isExactNumber(value)
  );
}

/** A default of a schema, in the native form. The first branch that fits is a union's. */
export function defaultValueOf(schema: AvroSchema, json: unknown): unknown {
  switch (schema.type) {
    case "long":
      return BigInt(json as number);
    case "float":
    case "double":
      return Number(json);
    case "bytes":
    case "fixed":
      return Uint8Array.from(String(json), (character) => character.charCodeAt(0));
    case "array":
      return (json as unknown[]).map((item) => defaultValueOf(schema.items, item));
    case "map":
      return new Map(
        Object.entries(json as object).map(([key, item]) => [
          key,
          defaultValueOf(schema.values, item),
        ]),
      );
    case "record":
      return Object.fromEntries(
        schema.fields.map((field) => {
          const own = (json as Record<string, unknown>)[field.name];
          return [field.name, defaultValueOf(field.type, own === undefined ? field.default : own)];
        }),
      );
    case "union": {
      const index = schema.branches.findIndex((branch) => jsonFits(branch, json));
      const branch = schema.branches[index] as AvroSchema;
      const value = defaultValueOf(branch, json);
      const isNullable =
        schema.branches.length === 2 && schema.branches.some(({ type }) => type === "null");
      return isNullable || branch.type === "null" ? value : new AvroUnionValue(index, value);
    }
    default:
      return json;
  }
}

function jsonFits(schema: AvroSchema, json: unknown): boolean {
  switch (schema.type) {
    case "null":
      return json === null;
    case "boolean":
      return typeof json === "boolean";
    case "int":
    case "long":
      return Number.isInteger(json);
    case "float":
    case "double":
      return typeof json === "number";
    case "array":
      return Array.isArray(json);
    case "map":
    case "record":
      return typeof json === "object" && json !== null && !Array.isArray(json);
    case "enum":
      return schema.symbols.includes(String(json));
    default:
      return typeof json === "string";
  }
}
