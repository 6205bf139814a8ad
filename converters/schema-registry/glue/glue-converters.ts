import { ConfigDef } from "#connect-api";
import type { Props } from "#connect-api";
import { AvroConverter } from "../avro/avro-converter.ts";
import { avroDataKeys, jsonDataKeys } from "../confluent-config.ts";
import { JsonSchemaConverter } from "../json-schema/json-schema-converter.ts";
import type { RegistrySettings } from "../registry-settings.ts";
import { glueKeys } from "./glue-config.ts";
import { glueSettings } from "./glue-settings.ts";

const avroDef = new ConfigDef({ ...glueKeys, ...avroDataKeys });
const jsonDef = new ConfigDef({ ...glueKeys, ...jsonDataKeys });

/** Avro with AWS Glue. Source: com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter. */
export class GlueAvroConverter extends AvroConverter {
  override config(): ConfigDef {
    return avroDef;
  }
  protected override settings(props: Props): RegistrySettings {
    this.configureData(props);
    return glueSettings(props);
  }
}

/** JSON with AWS Glue. Source: com.amazonaws.services.schemaregistry.kafkaconnect.jsonschema.JsonSchemaConverter. */
export class GlueJsonSchemaConverter extends JsonSchemaConverter {
  override config(): ConfigDef {
    return jsonDef;
  }
  protected override settings(props: Props): RegistrySettings {
    this.configureData(props);
    return glueSettings(props);
  }
}
