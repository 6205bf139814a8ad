import type { PluginManifest } from "#connect-api";
import { GoogleHl7v2StoreSinkConnector } from "./connector.ts";

export default {
  connectors: { GoogleHl7v2StoreSinkConnector },
} satisfies PluginManifest;
