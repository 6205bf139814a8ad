import type { PluginManifest } from "#connect-api";
import { AvroConverter } from "./avro/avro-converter.ts";
import { JsonSchemaConverter } from "./json-schema/json-schema-converter.ts";

export default {
  converters: {
    "io.confluent.connect.avro.AvroConverter": AvroConverter,
    "io.confluent.connect.json.JsonSchemaConverter": JsonSchemaConverter,
  },
} satisfies PluginManifest;
