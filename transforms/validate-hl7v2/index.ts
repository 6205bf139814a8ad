import type { PluginManifest } from "#connect-api";
import { ValidateHl7v2 } from "./transform.ts";

export default { transformations: { ValidateHl7v2 } } satisfies PluginManifest;
