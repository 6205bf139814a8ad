import type { PluginManifest } from "#connect-api";
import { numberConverters, numberHeaderConverters } from "./number-converter.ts";

export default {
  converters: numberConverters,
  headerConverters: numberHeaderConverters,
} satisfies PluginManifest;
