import { ConfigDef, DataError } from "#connect-api";
import type { Props, Schema } from "#connect-api";
import { isObject } from "#lib/json-schema";
import type { JsonSchema } from "#lib/json-schema";
import type { ResolvedSchema } from "#lib/schema-registry";
import { fhirSchemaText } from "../fhir-schemas.ts";
import type { DataFormat, OwnSchema, ReadData, WriteData } from "../data-format.ts";
import type { RegistrySettings } from "../registry-settings.ts";
import { jsonDataKeys } from "./json-schema-config.ts";
import { connectSchemaOfJson } from "./connect-schema-of.ts";
import { jsonSchemaOfConnect } from "./json-schema-of.ts";
import type { JsonDataOptions } from "./json-schema-of.ts";
import { dataCheck } from "./data-check.ts";
import { connectOfJson, jsonOfConnect, jsonOfPlain, parseJson } from "./json-values.ts";

const definition = new ConfigDef(jsonDataKeys);

/**
 * JSON with the schemas of a registry: Connect data with a schema as Confluent's converter writes it, and plain data (FHIR
 * resources above all) by the schema that is registered for it.
 *
 * Source: io.confluent.connect.json.JsonSchemaConverter and JsonSchemaData.
 */
export class JsonSchemaFormat implements DataFormat {
  readonly #options: JsonDataOptions;
  readonly #failInvalid: boolean;

  /** Throws ConfigError. */
  constructor(props: Props) {
    const config = definition.parse(props);
    this.#options = {
      additionalProperties: config["object.additional.properties"],
      optionalForNonrequired: config["use.optional.for.nonrequired"],
      decimalsAsNumbers: config["decimal.format"] === "NUMERIC",
      flattenSingletonUnions: config["flatten.singleton.unions"],
    };
    this.#failInvalid = config["json.fail.invalid.schema"];
  }

  ownSchema(schema: Schema | null, value: unknown): OwnSchema | undefined {
    const text =
      schema === null
        ? fhirSchemaText(value, "json")
        : JSON.stringify(jsonSchemaOfConnect(schema, this.#options));
    if (text === undefined) return undefined;
    const { title } = JSON.parse(text) as { title?: string };
    return { schema: { schemaType: "JSON", schema: text }, recordName: title };
  }

  reader(
    schema: ResolvedSchema,
    version: number | undefined,
    recordSchemas: RegistrySettings["recordSchemas"],
  ): ReadData {
    const root = jsonOfRegistered(schema);
    const isFhir = isObject(root) && String(root["$id"] ?? "").startsWith("http://hl7.org/fhir/");
    if (recordSchemas === "never" || (recordSchemas === "auto" && isFhir)) {
      return (bytes, start) => ({ schema: null, value: parseJson(bytes.subarray(start)) });
    }
    const connect = connectSchemaOfJson(root, this.#options, version);
    return (bytes, start) => ({
      schema: connect,
      value: connectOfJson(connect, parseJson(bytes.subarray(start))),
    });
  }

  isOfType(mediaType: string, isBare: boolean): boolean {
    return isBare && /\bjson\b/i.test(mediaType);
  }

  writer(schema: ResolvedSchema, given: Schema | null): WriteData {
    const options = this.#options;
    const check = this.#failInvalid ? dataCheck(jsonOfRegistered(schema)) : undefined;
    return (value, head) => {
      const json = given === null ? jsonOfPlain(value) : jsonOfConnect(given, value, options);
      check?.(json);
      const text = JSON.stringify(json);
      const size = Buffer.byteLength(text);
      const whole = Buffer.allocUnsafeSlow(head.length + size);
      whole.set(head);
      whole.write(text, head.length, "utf8");
      return whole;
    };
  }
}

function jsonOfRegistered({ schemaType, schema, references }: ResolvedSchema): JsonSchema {
  if (schemaType !== "JSON") {
    throw new DataError(
      "SCHEMA_MISMATCH",
      `The record has a schema of type ${schemaType}, and not JSON`,
    );
  }
  const root = JSON.parse(schema) as JsonSchema;
  if (references.length === 0 || typeof root === "boolean") return root;
  const named = references.map(({ name, schema: text }) => [
    name,
    { ...(JSON.parse(text) as object), $id: name },
  ]);
  const own = (root["definitions"] ?? {}) as object;
  return { ...root, definitions: { ...own, ...Object.fromEntries(named) } };
}
