import type { PluginManifest } from "#connect-api";
import { FhirStoreSinkConnector } from "./connector.ts";

export default {
  connectors: { FhirStoreSinkConnector },
} satisfies PluginManifest;
