import type { PluginManifest } from "#connect-api";
import { FileStreamSinkConnector } from "./connector.ts";

export default {
  connectors: {
    "org.apache.kafka.connect.file.FileStreamSinkConnector": FileStreamSinkConnector,
  },
} satisfies PluginManifest;
