import type { PluginManifest } from "#connect-api";
import { FileStreamSourceConnector } from "./connector.ts";

export default {
  connectors: {
    "org.apache.kafka.connect.file.FileStreamSourceConnector": FileStreamSourceConnector,
  },
} satisfies PluginManifest;
