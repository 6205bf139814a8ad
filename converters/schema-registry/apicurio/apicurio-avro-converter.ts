import { ConfigDef } from "#connect-api";
import type { ConverterType, Props } from "#connect-api";
import { AvroConverter } from "../avro/avro-converter.ts";
import { avroDataKeys } from "../confluent-config.ts";
import type { RegistrySettings } from "../registry-settings.ts";
import { apicurioKeys } from "./apicurio-config.ts";
import { apicurioSettings } from "./apicurio-settings.ts";

const configDef = new ConfigDef({ ...apicurioKeys, ...avroDataKeys });

/** Avro with Apicurio's own API, settings and framing. Source: io.apicurio.registry.utils.converter.AvroConverter. */
export class ApicurioAvroConverter extends AvroConverter {
  override config(): ConfigDef {
    return configDef;
  }
  protected override settings(props: Props, type: ConverterType): RegistrySettings {
    this.configureData(props);
    return apicurioSettings(props, type);
  }
}
