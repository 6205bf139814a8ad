import type { PluginManifest } from "#connect-api";
import { AzureFhirSinkConnector } from "./azure/connector.ts";
import { FhirStoreSinkConnector } from "./connector.ts";
import { GoogleFhirStoreSinkConnector } from "./google/connector.ts";

export default {
  connectors: { FhirStoreSinkConnector, GoogleFhirStoreSinkConnector, AzureFhirSinkConnector },
} satisfies PluginManifest;
