import type { PluginManifest } from "#connect-api";
import { ValidateFhir } from "./transform.ts";

export default { transformations: { ValidateFhir } } satisfies PluginManifest;
