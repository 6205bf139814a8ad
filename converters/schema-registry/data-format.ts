import type { Props, Schema, SchemaAndValue } from "#connect-api";
import type { NewSchema, ResolvedSchema } from "#lib/schema-registry";
import type { RegistrySettings } from "./registry-settings.ts";

/** The schema that data has by itself. */
export interface OwnSchema {
  readonly schema: NewSchema;
  /** Full name of a record, or title. */
  readonly recordName: string | undefined;
}

/** Reads data of one registered schema. */
export type ReadData = (bytes: Uint8Array, start: number) => SchemaAndValue;
/** Writes data as one registered schema; `head` goes in front. */
export type WriteData = (value: unknown, head: Uint8Array) => Uint8Array;

/** How data is written under a schema of a registry, whichever registry that is: Avro, or JSON with JSON Schema. */
export interface DataFormat {
  /** The schema of data with a Connect schema, or of plain data that tells its own; undefined for other plain data. */
  ownSchema(schema: Schema | null, value: unknown): OwnSchema | undefined;
  /** `version` is the registry's. */
  reader(
    schema: ResolvedSchema,
    version: number | undefined,
    recordSchemas: RegistrySettings["recordSchemas"],
  ): ReadData;
  writer(schema: ResolvedSchema, given: Schema | null): WriteData;
  /** Whether a media type says the truth about written data; `isBare`: nothing of the wire format stands in its bytes. */
  isOfType(mediaType: string, isBare: boolean): boolean;
}

/** Takes the format's settings from those of the converter. Throws ConfigError. */
export type MakeFormat = (props: Props) => DataFormat;
