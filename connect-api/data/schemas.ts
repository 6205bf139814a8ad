import { SchemaBuilder } from "./schema-builder.ts";
import type { Schema } from "./schema.ts";

/** The plain schemas, made once. Source: the constants of org.apache.kafka.connect.data.Schema. */

type PlainType = Exclude<Schema["type"], "ARRAY" | "MAP" | "STRUCT">;

const required = (type: PlainType): Schema => SchemaBuilder.of(type).build();
const optional = (type: PlainType): Schema => SchemaBuilder.of(type).optional().build();

export const INT8_SCHEMA = required("INT8");
export const INT16_SCHEMA = required("INT16");
export const INT32_SCHEMA = required("INT32");
export const INT64_SCHEMA = required("INT64");
export const FLOAT32_SCHEMA = required("FLOAT32");
export const FLOAT64_SCHEMA = required("FLOAT64");
export const BOOLEAN_SCHEMA = required("BOOLEAN");
export const STRING_SCHEMA = required("STRING");
export const BYTES_SCHEMA = required("BYTES");
export const OPTIONAL_INT8_SCHEMA = optional("INT8");
export const OPTIONAL_INT16_SCHEMA = optional("INT16");
export const OPTIONAL_INT32_SCHEMA = optional("INT32");
export const OPTIONAL_INT64_SCHEMA = optional("INT64");
export const OPTIONAL_FLOAT32_SCHEMA = optional("FLOAT32");
export const OPTIONAL_FLOAT64_SCHEMA = optional("FLOAT64");
export const OPTIONAL_BOOLEAN_SCHEMA = optional("BOOLEAN");
export const OPTIONAL_STRING_SCHEMA = optional("STRING");
export const OPTIONAL_BYTES_SCHEMA = optional("BYTES");
