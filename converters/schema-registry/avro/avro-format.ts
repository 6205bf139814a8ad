import { ConfigDef, DataError } from "#connect-api";
import type { Props, Schema } from "#connect-api";
import { avroCodec, isNamed, parseAvroSchema } from "#lib/avro";
import type { AvroSchema } from "#lib/avro";
import type { ResolvedSchema } from "#lib/schema-registry";
import { fhirSchemaText } from "../fhir-schemas.ts";
import type { DataFormat, OwnSchema, ReadData, WriteData } from "../data-format.ts";
import type { RegistrySettings } from "../registry-settings.ts";
import { avroDataKeys } from "./avro-config.ts";
import { ANYTHING } from "./avro-data-options.ts";
import type { AvroDataOptions } from "./avro-data-options.ts";
import { avroSchemaOfConnect } from "./avro-schema-of.ts";
import { anythingOf, connectOfNative, nativeOfConnect, plainOfAnything } from "./avro-values.ts";
import { connectSchemaOf } from "./connect-schema-of.ts";

const definition = new ConfigDef(avroDataKeys);

/**
 * Avro with the schemas of a registry: Connect data with a schema as Confluent's converter writes it, and plain data (FHIR
 * resources above all) by the schema that is registered for it.
 *
 * Source: io.confluent.connect.avro.AvroConverter and AvroData.
 */
export class AvroFormat implements DataFormat {
  readonly #options: AvroDataOptions;
  readonly #failOnTrailingData: boolean;

  /** Throws ConfigError. */
  constructor(props: Props) {
    const config = definition.parse(props);
    this.#options = {
      connectMetaData: config["connect.meta.data"],
      enhanced: config["enhanced.avro.schema.support"],
      generalized: config["generalized.sum.type.support"],
      scrubInvalidNames: config["scrub.invalid.names"],
      allowOptionalMapKeys: config["allow.optional.map.keys"],
      flattenSingletonUnions: config["flatten.singleton.unions"],
      discardTypeDoc: config["discard.type.doc.default"],
    };
    this.#failOnTrailingData = config["avro.fail.on.trailing.data"];
  }

  ownSchema(schema: Schema | null, value: unknown): OwnSchema | undefined {
    const text =
      schema === null
        ? fhirSchemaText(value, "avro")
        : JSON.stringify(avroSchemaOfConnect(schema, this.#options));
    if (text === undefined) return undefined;
    const avro = parseAvroSchema(text);
    return {
      schema: { schemaType: "AVRO", schema: text },
      recordName: isNamed(avro) ? avro.fullName : undefined,
    };
  }

  reader(
    schema: ResolvedSchema,
    version: number | undefined,
    recordSchemas: RegistrySettings["recordSchemas"],
  ): ReadData {
    const avro = avroOfRegistered(schema);
    if (avro.type === "bytes") return this.#bytesReader(avro);
    const isFhir = avro.props["fhir.version"] !== undefined;
    const failOnTrailingData = this.#failOnTrailingData;
    if (recordSchemas === "never" || (recordSchemas === "auto" && isFhir)) {
      const codec = avroCodec(avro, "json");
      return (bytes, start) => ({
        schema: null,
        value: codec.decode(bytes, start, { failOnTrailingData }),
      });
    }
    const codec = avroCodec(avro, "native");
    if (isNamed(avro) && avro.fullName === ANYTHING) {
      return (bytes, start) => ({
        schema: null,
        value: plainOfAnything(codec.decode(bytes, start)),
      });
    }
    const options = this.#options;
    const connect = connectSchemaOf(avro, options, version);
    return (bytes, start) => {
      const native = codec.decode(bytes, start, { failOnTrailingData });
      return { schema: connect, value: connectOfNative(connect, avro, native, options) };
    };
  }

  isOfType(mediaType: string): boolean {
    return /\bavro\b/i.test(mediaType);
  }

  /** Bytes alone are written as they are. */
  #bytesReader(avro: AvroSchema): ReadData {
    const connect = connectSchemaOf(avro, this.#options);
    const options = this.#options;
    return (bytes, start) => ({
      schema: connect,
      value: connectOfNative(connect, avro, new Uint8Array(bytes.subarray(start)), options),
    });
  }

  writer(schema: ResolvedSchema, given: Schema | null): WriteData {
    const avro = avroOfRegistered(schema);
    if (given === null) {
      if (isNamed(avro) && avro.fullName === ANYTHING) {
        const codec = avroCodec(avro, "native");
        return (value, head) => codec.encode(anythingOf(value), head);
      }
      const codec = avroCodec(avro, "json");
      return (value, head) => codec.encode(value, head);
    }
    const options = this.#options;
    if (avro.type === "bytes") {
      return (value, head) => {
        const bytes = nativeOfConnect(given, value, avro, options) as Uint8Array;
        const whole = new Uint8Array(head.length + bytes.length);
        whole.set(head);
        whole.set(bytes, head.length);
        return whole;
      };
    }
    const codec = avroCodec(avro, "native");
    return (value, head) => codec.encode(nativeOfConnect(given, value, avro, options), head);
  }
}

function avroOfRegistered({ schemaType, schema, references }: ResolvedSchema): AvroSchema {
  if (schemaType !== "AVRO") {
    throw new DataError(
      "SCHEMA_MISMATCH",
      `The record has a schema of type ${schemaType}, and not AVRO`,
    );
  }
  return parseAvroSchema(
    schema,
    references.map((reference) => reference.schema),
  );
}
