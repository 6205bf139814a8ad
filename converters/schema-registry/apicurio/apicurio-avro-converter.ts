import { ConfigDef } from "#connect-api";
import { avroDataKeys } from "../avro/avro-config.ts";
import { AvroFormat } from "../avro/avro-format.ts";
import { RegistryConverter } from "../registry-converter.ts";
import { apicurioKeys } from "./apicurio-config.ts";
import { apicurioSettings } from "./apicurio-settings.ts";

const config = new ConfigDef({ ...apicurioKeys, ...avroDataKeys });

/** Avro with Apicurio's own API, settings and framing. Source: io.apicurio.registry.utils.converter.AvroConverter. */
export class ApicurioAvroConverter extends RegistryConverter {
  constructor() {
    super({ config, settings: apicurioSettings, format: (props) => new AvroFormat(props) });
  }
}
