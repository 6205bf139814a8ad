import type { PluginManifest } from "#connect-api";
import { JsonConverter } from "./json-converter.ts";

export default {
  converters: { "org.apache.kafka.connect.json.JsonConverter": JsonConverter },
} satisfies PluginManifest;
