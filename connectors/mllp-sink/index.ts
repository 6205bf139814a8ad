import type { PluginManifest } from "#connect-api";
import { MllpSinkConnector } from "./connector.ts";

export default { connectors: { MllpSinkConnector } } satisfies PluginManifest;
