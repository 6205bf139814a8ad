import type { PluginManifest } from "#connect-api";
import { numberConverters } from "./number-converter.ts";

export default {
  converters: numberConverters,
} satisfies PluginManifest;
