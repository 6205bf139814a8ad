import type { ConfigKey, ConfigKeys, Validator } from "#connect-api";
import type { RawConfig } from "../herder/herder.ts";
import type { Plugins } from "../plugins/plugins.ts";
import { sortedKeys } from "./checked-config.ts";
import type { CheckedConfig } from "./checked-config.ts";
import { aliasTypeKeys, transformKeys } from "./connector-config.ts";
import { checkPluginClass, versionError } from "./plugin-class-check.ts";

type AliasKind = "transforms" | "predicates";
const KINDS = { transforms: "transformation", predicates: "predicate" } as const;
const TITLES = { transforms: "Transforms", predicates: "Predicates" } as const;

/**
 * The settings of every declared alias: type and version, and when its class is there in that version also
 * predicate, negate and the class's own, each under the alias's prefix.
 *
 * Source: org.apache.kafka.connect.runtime.ConnectorConfig.enrich.
 */
export function aliasKeys(plugins: Plugins, what: AliasKind, config: RawConfig): ConfigKeys {
  const keys: Record<string, ConfigKey> = {};
  for (const alias of aliasesOf(config, what)) {
    const prefix = `${what}.${alias}.`;
    const group = `${TITLES[what]}: ${alias}`;
    const type = config[`${prefix}type`];
    const version = config[`${prefix}plugin.version`];
    const kind = KINDS[what];
    const isThere = type ? plugins.find(type, kind) !== undefined : false;
    const latest = isThere && type ? (plugins.versions(type, kind)[0] ?? null) : null;
    Object.assign(keys, aliasTypeKeys(what, alias, group, latest));
    if (!type || !isThere || versionError(plugins, type, version, kind) !== undefined) continue;
    const plugin = plugins.findVersion(type, version, kind);
    const framework = what === "transforms" ? transformKeys : {};
    const own = plugin ? new plugin.create().config().keys : {};
    // The framework's keys hide those of the same name.
    for (const [index, [name, key]] of sortedKeys({ ...own, ...framework }).entries()) {
      keys[prefix + name] = embedded(key, name, group, index + 2);
    }
  }
  return keys;
}

/** A validator of an embedded key is told the name that its own definition knows. */
function embedded(key: ConfigKey, name: string, group: string, order: number): ConfigKey {
  const { validator } = key;
  const own: Validator | undefined = validator && {
    ensureValid: (_key, value) => validator.ensureValid(name, value),
    describe: () => validator.describe(),
  };
  return {
    ...key,
    ...(own ? { validator: own } : {}),
    group: key.group === undefined ? group : `${group}: ${key.group}`,
    displayName: key.displayName ?? name,
    order,
  };
}

/** Checks type and version of every alias. */
export function checkAliases(
  plugins: Plugins,
  what: AliasKind,
  config: RawConfig,
  checked: CheckedConfig,
): void {
  const kind = KINDS[what];
  for (const alias of aliasesOf(config, what)) {
    const typeKey = `${what}.${alias}.type`;
    const versionKey = `${what}.${alias}.plugin.version`;
    const type = checked.get(typeKey);
    const version = checked.get(versionKey);
    if (!type || !version) continue;
    const plugin = checkPluginClass(plugins, checked, typeKey, kind);
    type.recommended = plugins.names(kind);
    const negate = what === "transforms" ? negateError(config, alias) : undefined;
    if (negate !== undefined) {
      type.errors.splice(plugin || type.value === null ? type.errors.length : 0, 1, negate);
    }
    if (!plugin) continue;
    version.recommended = plugins.versions(plugin.name, kind);
    const message = versionError(plugins, plugin.name, config[versionKey], kind);
    if (message === undefined) continue;
    if (negate === undefined) type.errors.push(message);
    version.errors.push(message);
  }
}

function negateError(config: RawConfig, alias: string): string | undefined {
  const negate = `transforms.${alias}.negate`;
  const predicate = `transforms.${alias}.predicate`;
  if (config[negate] === undefined || config[predicate] !== undefined) return undefined;
  return `Config '${negate}' was provided but there is no config '${predicate}' defining a predicate to be negated.`;
}

/** Each alias once, in order; an empty one between commas counts, as it does in Kafka. */
export function aliasesOf(config: RawConfig, what: AliasKind): readonly string[] {
  return [...new Set(listOf(config[what]))];
}

export function listOf(text: string | null | undefined): readonly string[] {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? [] : trimmed.split(/\s*,\s*/);
}
