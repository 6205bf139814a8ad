import { ConfigDef } from "#connect-api";
import { avroDataKeys } from "../avro/avro-config.ts";
import { AvroFormat } from "../avro/avro-format.ts";
import { jsonDataKeys } from "../json-schema/json-schema-config.ts";
import { JsonSchemaFormat } from "../json-schema/json-schema-format.ts";
import { RegistryConverter } from "../registry-converter.ts";
import { glueKeys } from "./glue-config.ts";
import { glueSettings } from "./glue-settings.ts";

const settings = glueSettings;
const avroDef = new ConfigDef({ ...glueKeys, ...avroDataKeys });
const jsonDef = new ConfigDef({ ...glueKeys, ...jsonDataKeys });

/** Avro with AWS Glue. Source: com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter. */
export class GlueAvroConverter extends RegistryConverter {
  constructor() {
    super({ config: avroDef, settings, format: (props) => new AvroFormat(props) });
  }
}

/** JSON with AWS Glue. Source: com.amazonaws.services.schemaregistry.kafkaconnect.jsonschema.JsonSchemaConverter. */
export class GlueJsonSchemaConverter extends RegistryConverter {
  constructor() {
    super({ config: jsonDef, settings, format: (props) => new JsonSchemaFormat(props) });
  }
}
