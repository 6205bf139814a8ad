import type { PluginManifest } from "#connect-api";
import { ApicurioAvroConverter } from "./apicurio/apicurio-avro-converter.ts";
import { AvroConverter, JsonSchemaConverter } from "./confluent/confluent-converters.ts";
import { GlueAvroConverter, GlueJsonSchemaConverter } from "./glue/glue-converters.ts";

const AWS = "com.amazonaws.services.schemaregistry.kafkaconnect";

export default {
  converters: {
    "io.confluent.connect.avro.AvroConverter": AvroConverter,
    "io.confluent.connect.json.JsonSchemaConverter": JsonSchemaConverter,
    "io.apicurio.registry.utils.converter.AvroConverter": ApicurioAvroConverter,
    [`${AWS}.AWSKafkaAvroConverter`]: GlueAvroConverter,
    [`${AWS}.jsonschema.JsonSchemaConverter`]: GlueJsonSchemaConverter,
  },
} satisfies PluginManifest;
