import type { PluginManifest } from "#connect-api";
import { Hl7v2ToFhir } from "./transform.ts";

export default { transformations: { Hl7v2ToFhir } } satisfies PluginManifest;
