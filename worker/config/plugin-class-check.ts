import { ConfigError } from "#connect-api";
import { PLUGIN_KINDS } from "../plugins/plugins.ts";
import type { Plugin, PluginKind, Plugins } from "../plugins/plugins.ts";
import type { CheckedConfig } from "./checked-config.ts";

/** Kafka's names of the interfaces. */
const INTERFACES: Readonly<Record<PluginKind, string>> = {
  sink: "Connector",
  source: "Connector",
  transformation: "Transformation",
  predicate: "Predicate",
  converter: "Converter",
  header_converter: "HeaderConverter",
};

/**
 * Resolves a CLASS setting to the plug-in it names: the value becomes the full name, and what is no class, or
 * one of another kind, gets Kafka's text. Returns the plug-in, or undefined.
 *
 * Source: org.apache.kafka.common.utils.Utils.ensureConcreteSubclass.
 */
export function checkPluginClass<K extends PluginKind>(
  plugins: Plugins,
  checked: CheckedConfig,
  key: string,
  kind: K,
): Plugin<K> | undefined {
  const value = checked.get(key);
  if (!value || value.value === null) return undefined;
  const name = String(value.value);
  const plugin = plugins.find(name, kind);
  if (plugin) {
    value.value = plugin.name;
    return plugin;
  }
  const other = plugins.find(name, ...PLUGIN_KINDS);
  value.value = other?.name ?? null;
  const written = checked.written(key) ?? name;
  const message = other
    ? `Class class ${other.name} does not implement the ${INTERFACES[kind]} interface`
    : `Invalid value ${written} for configuration ${key}: ${plugins.whyNotFound(written, kind)}`;
  value.errors.unshift(message);
  return undefined;
}

/** What is wrong with the version that is wanted of a plug-in; undefined when one fits. */
export function versionError(
  plugins: Plugins,
  name: string,
  range: string | null | undefined,
  kind: PluginKind,
): string | undefined {
  try {
    plugins.findVersion(name, range, kind);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
