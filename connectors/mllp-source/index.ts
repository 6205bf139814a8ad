import type { PluginManifest } from "#connect-api";
import { MllpSourceConnector } from "./connector.ts";

export default { connectors: { MllpSourceConnector } } satisfies PluginManifest;
