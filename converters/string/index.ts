import type { PluginManifest } from "#connect-api";
import { StringConverter, StringHeaderConverter } from "./string-converter.ts";

export default {
  converters: { "org.apache.kafka.connect.storage.StringConverter": StringConverter },
  headerConverters: { "org.apache.kafka.connect.storage.StringConverter": StringHeaderConverter },
} satisfies PluginManifest;
