import type { PluginManifest } from "#connect-api";
import { ByteArrayConverter, ByteArrayHeaderConverter } from "./byte-array-converter.ts";

export default {
  converters: { "org.apache.kafka.connect.converters.ByteArrayConverter": ByteArrayConverter },
  headerConverters: {
    "org.apache.kafka.connect.converters.ByteArrayConverter": ByteArrayHeaderConverter,
  },
} satisfies PluginManifest;
