import type { PluginManifest } from "#connect-api";
import { SimpleHeaderConverter } from "./simple-header-converter.ts";

export default {
  headerConverters: {
    "org.apache.kafka.connect.storage.SimpleHeaderConverter": SimpleHeaderConverter,
  },
} satisfies PluginManifest;
