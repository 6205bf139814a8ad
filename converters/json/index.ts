import type { PluginManifest } from "#connect-api";
import { JsonConverter, JsonHeaderConverter } from "./json-converter.ts";

const NAME = "org.apache.kafka.connect.json.JsonConverter";

export default {
  converters: { [NAME]: JsonConverter },
  headerConverters: { [NAME]: JsonHeaderConverter },
} satisfies PluginManifest;
