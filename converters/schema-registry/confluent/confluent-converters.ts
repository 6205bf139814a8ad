import { ConfigDef } from "#connect-api";
import { avroDataKeys } from "../avro/avro-config.ts";
import { AvroFormat } from "../avro/avro-format.ts";
import { choiceKeys } from "../choice-config.ts";
import { jsonDataKeys } from "../json-schema/json-schema-config.ts";
import { JsonSchemaFormat } from "../json-schema/json-schema-format.ts";
import { RegistryConverter } from "../registry-converter.ts";
import { namingKeys, registryKeys } from "./confluent-config.ts";
import { confluentSettings } from "./confluent-settings.ts";
import { securityKeys } from "./security-config.ts";

const settings = confluentSettings;
const avroDef = new ConfigDef({
  ...registryKeys,
  ...choiceKeys,
  ...namingKeys,
  ...avroDataKeys,
  ...securityKeys,
});
const jsonDef = new ConfigDef({
  ...registryKeys,
  ...choiceKeys,
  ...namingKeys,
  ...jsonDataKeys,
  ...securityKeys,
});

/** Avro with a registry of the Confluent API. Source: io.confluent.connect.avro.AvroConverter. */
export class AvroConverter extends RegistryConverter {
  constructor() {
    super({ config: avroDef, settings, format: (props) => new AvroFormat(props) });
  }
}

/** JSON with a registry of the Confluent API. Source: io.confluent.connect.json.JsonSchemaConverter. */
export class JsonSchemaConverter extends RegistryConverter {
  constructor() {
    super({ config: jsonDef, settings, format: (props) => new JsonSchemaFormat(props) });
  }
}
