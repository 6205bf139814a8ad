/**
 * Avro schemas as a tree. A named type is one object, however often it is used, so a tree may be cyclic.
 *
 * `props` holds every member that is not part of the type itself (logicalType, connect.name, fhir.type, …).
 *
 * Source: Apache Avro specification 1.12, "Schema Declaration".
 */
export type AvroSchema =
  | AvroPrimitive
  | AvroRecord
  | AvroEnum
  | AvroFixed
  | AvroArray
  | AvroMap
  | AvroUnion;

export type Props = Readonly<Record<string, unknown>>;

export const PRIMITIVES = [
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
] as const;
export type PrimitiveName = (typeof PRIMITIVES)[number];

export interface AvroPrimitive {
  readonly type: PrimitiveName;
  readonly props: Props;
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly hasDefault: boolean;
  /** As JSON, when `hasDefault`. */
  readonly default: unknown;
  readonly aliases: readonly string[];
  readonly doc: string | undefined;
  readonly order: string | undefined;
  readonly props: Props;
}

interface Named {
  /** Without namespace. */
  readonly name: string;
  /** Empty for none. */
  readonly namespace: string;
  readonly fullName: string;
  /** Full names. */
  readonly aliases: readonly string[];
  readonly doc: string | undefined;
  readonly props: Props;
}

export interface AvroRecord extends Named {
  readonly type: "record";
  readonly isError: boolean;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends Named {
  readonly type: "enum";
  readonly symbols: readonly string[];
  readonly default: string | undefined;
}

export interface AvroFixed extends Named {
  readonly type: "fixed";
  readonly size: number;
}

export type AvroNamed = AvroRecord | AvroEnum | AvroFixed;

export interface AvroArray {
  readonly type: "array";
  readonly items: AvroSchema;
  readonly props: Props;
}

export interface AvroMap {
  readonly type: "map";
  readonly values: AvroSchema;
  readonly props: Props;
}

export interface AvroUnion {
  readonly type: "union";
  readonly branches: readonly AvroSchema[];
  readonly props: Props;
}

export const isNamed = (schema: AvroSchema): schema is AvroNamed =>
  schema.type === "record" || schema.type === "enum" || schema.type === "fixed";

/** How a union's branch is called: the full name of a named type, else the type. */
export const branchName = (schema: AvroSchema): string =>
  isNamed(schema) ? schema.fullName : schema.type;

/** The branch beside null of a union of two; undefined for everything else. */
export function nullableBranch(schema: AvroSchema): AvroSchema | undefined {
  if (schema.type !== "union" || schema.branches.length !== 2) return undefined;
  const others = schema.branches.filter(({ type }) => type !== "null");
  return others.length === 1 ? others[0] : undefined;
}
