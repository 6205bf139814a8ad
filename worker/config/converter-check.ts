import { ConfigError, oneOf } from "#connect-api";
import type { ConfigKey, ConfigKeys, Props } from "#connect-api";
import type { RawConfig } from "../herder/herder.ts";
import type { Plugins } from "../plugins/plugins.ts";
import { VersionRange } from "../plugins/version-range.ts";
import { CheckedConfig, groupsOf, keyInfo, valueInfo } from "./checked-config.ts";
import type { ReportPart } from "./checked-config.ts";
import { checkPluginClass, versionError } from "./plugin-class-check.ts";
import { withPrefix } from "./worker-config.ts";

const kindOf = (key: string): "converter" | "header_converter" =>
  key.endsWith("header.converter") ? "header_converter" : "converter";

const isConverterKey = (key: string): boolean => key.endsWith(".converter");

/**
 * The converters' keys with what this worker would take: its own converters, and their latest versions.
 *
 * Source: org.apache.kafka.connect.runtime.ConnectorConfig.converterDefaults.
 */
export function withWorkerConverters(
  keys: Readonly<Record<string, ConfigKey>>,
  plugins: Plugins,
  config: RawConfig,
  worker: Props,
): Record<string, ConfigKey> {
  const changed: Record<string, ConfigKey> = { ...keys };
  for (const key of ["key.converter", "value.converter", "header.converter"]) {
    const versionKey = `${key}.plugin.version`;
    const [own, ofVersion] = [keys[key], keys[versionKey]];
    if (!own || !ofVersion) continue;
    const ofWorker = worker[key] ?? (key === "header.converter" ? SIMPLE_HEADERS : undefined);
    const name = config[key] ?? ofWorker;
    const latest = name === undefined ? undefined : plugins.versions(name, kindOf(key))[0];
    const version = config[key] === undefined ? (worker[versionKey] ?? latest) : latest;
    changed[key] = { ...own, default: ofWorker ?? null };
    changed[versionKey] = { ...ofVersion, default: version ?? null };
  }
  return changed;
}

/** What every converter is told by the worker. Source: org.apache.kafka.connect.storage.ConverterConfig. */
export const converterTypeKey: ConfigKeys = {
  "converter.type": {
    type: "STRING",
    importance: "LOW",
    validator: oneOf("key", "value", "header"),
    documentation: "Which part of a record it converts: key, value or header.",
  },
};

const SIMPLE_HEADERS = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

/** Checks the classes and versions of all converters, and recommends those there are. */
export function checkConverterClasses(plugins: Plugins, checked: CheckedConfig): void {
  for (const { name } of [...checked.values()].filter((value) => isConverterKey(value.name))) {
    const converter = checked.get(name);
    if (!converter) continue;
    const kind = kindOf(name);
    checkPluginClass(plugins, checked, name, kind);
    converter.recommended = plugins.names(kind);
    const version = checked.get(`${name}.plugin.version`);
    if (!version) continue;
    version.visible = converter.value !== null;
    version.recommended =
      converter.value === null ? [] : plugins.versions(String(converter.value), kind);
    const message = rangeError(version.value === null ? null : String(version.value));
    if (message !== undefined) version.errors.push(message);
  }
}

/** What is wrong with the text of a version range, whether or not a version fits. */
export function rangeError(text: string | null): string | undefined {
  try {
    VersionRange.parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/**
 * The own settings of each converter that the connector names itself. A version that is not there is told on
 * the converter's own keys.
 *
 * Source: org.apache.kafka.connect.runtime.AbstractHerder.validateAllConverterConfigs.
 */
export function converterParts(
  plugins: Plugins,
  config: RawConfig,
  checked: CheckedConfig,
): readonly ReportPart[] {
  const named = [...checked.values()].filter(
    ({ name, errors }) =>
      isConverterKey(name) && (config[name] ?? null) !== null && errors.length === 0,
  );
  return named.flatMap(({ name, value }): ReportPart[] => {
    const versionKey = `${name}.plugin.version`;
    if (checked.hasErrors(versionKey)) return [];
    const kind = kindOf(name);
    const message = versionError(plugins, String(value), config[versionKey], kind);
    if (message !== undefined) {
      checked.addError(name, null, message);
      checked.addError(versionKey, null, message);
      return [];
    }
    const plugin = plugins.findVersion(String(value), config[versionKey], kind);
    if (!plugin) return [];
    const keys = { ...converterTypeKey, ...new plugin.create().config().keys };
    const type = name.includes("header.") ? "header" : name.includes("key.") ? "key" : "value";
    const own = { "converter.type": type, ...withPrefix(config as Props, `${name}.`) };
    const report = [...CheckedConfig.of(keys, own).values()];
    return [
      {
        groups: groupsOf(keys),
        errorCount: report.filter(({ errors }) => errors.length > 0).length,
        configs: report.map((each, index) => ({
          definition: {
            ...keyInfo(each.name, keys[each.name] as ConfigKey, index + 1),
            name: `${name}.${each.name}`,
          },
          value: valueInfo(each, `${name}.`),
        })),
      },
    ];
  });
}
