import { TopicStreamConnector } from "#connect-api";
import type { ConfigKey, ConfigKeys, Connector, Props } from "#connect-api";
import type { ConfigInfos, RawConfig } from "../herder/herder.ts";
import type { PluginVersionError } from "../plugins/plugins.ts";
import type { Plugin, Plugins } from "../plugins/plugins.ts";
import { aliasKeys, checkAliases } from "./alias-keys.ts";
import type { ConfigProviders } from "./config-providers.ts";
import { CheckedConfig, groupsOf, reportPart } from "./checked-config.ts";
import type { ReportPart } from "./checked-config.ts";
import {
  commonConfigDef,
  restartConfigDef,
  sinkConfigDef,
  sourceConfigDef,
  streamConfigDef,
} from "./connector-config.ts";
import { checkConverterClasses, converterParts, withWorkerConverters } from "./converter-check.ts";
import { exactlyOnceErrors } from "./exactly-once-check.ts";
import { overrideParts, overridePolicy } from "./override-policy.ts";
import type { OverridePolicy } from "./override-policy.ts";
import { checkSink } from "./sink-check.ts";

/** What of the worker a connector's config depends on. */
export interface ValidatingWorker {
  readonly plugins: Plugins;
  /** The worker's settings as written. */
  readonly props: Props;
  readonly groupId: string;
  readonly isExactlyOnce: boolean;
  readonly overridePolicy: OverridePolicy;
  /** Resolves placeholders before a config is checked; undefined where there are none. */
  readonly providers?: ConfigProviders;
}

/** A worker that allows everything, for one that has no such settings. */
export const ALLOW_ALL: OverridePolicy = overridePolicy("All", []) as OverridePolicy;

/** The framework's settings for a kind of connector, with the version that it has by default. */
export function frameworkKeys(
  connector: Connector | undefined,
  kind: "source" | "sink",
  version: string | undefined,
): Record<string, ConfigKey> {
  const common: Record<string, ConfigKey> = {
    ...commonConfigDef.keys,
    "connector.plugin.version": {
      ...commonConfigDef.keys["connector.plugin.version"],
      default: version ?? null,
    },
  };
  if (!connector) return common;
  const own = restartConfigDef.keys;
  if (kind === "source") return { ...common, ...sourceConfigDef.keys, ...own };
  const stream = connector instanceof TopicStreamConnector ? streamConfigDef.keys : {};
  return { ...common, ...sinkConfigDef.keys, ...stream, ...own };
}

/**
 * Checks a connector's config as a whole: the framework's keys, each transformation, predicate, converter and
 * client override, and the connector's own. Reports everything and stores nothing.
 *
 * Source: org.apache.kafka.connect.runtime.AbstractHerder.validateConnectorConfig.
 */
export async function validateConnector(
  worker: ValidatingWorker,
  plugin: Plugin<"source" | "sink">,
  config: RawConfig,
): Promise<ConfigInfos> {
  const { plugins } = worker;
  const version = plugins.versions(plugin.name, plugin.kind)[0];
  const connector = new plugin.create();
  const keys: ConfigKeys = {
    ...withWorkerConverters(
      frameworkKeys(connector, plugin.kind, version),
      plugins,
      config,
      worker.props,
    ),
    ...aliasKeys(plugins, "transforms", config),
    ...aliasKeys(plugins, "predicates", config),
  };
  const checked = CheckedConfig.of(keys, config);
  checkVersion(plugins, plugin, checked);
  checkConverterClasses(plugins, checked);
  checkAliases(plugins, "transforms", config, checked);
  checkAliases(plugins, "predicates", config, checked);
  if (plugin.kind === "sink") checkSink(config, checked, worker.groupId);
  for (const [key, message] of exactlyOnceErrors(connector, config, worker.isExactlyOnce)) {
    if (checked.get(key)) checked.addError(key, null, message);
  }
  addNullErrors(config, checked);
  const converters = converterParts(plugins, config, checked);
  const overrides = overrideParts(worker.overridePolicy, plugin.kind, config, worker.isExactlyOnce);
  const ownKeys = connector.config().keys;
  checked.replace(await connector.validate(withoutNulls(config)));
  for (const key of Object.keys(ownKeys)) {
    // Kafka takes a null for a connector's own key, and the connector cannot start with it.
    if (config[key] === null) checked.define(key, null).errors.splice(0, Infinity, NULL_VALUE);
  }
  const own = {
    ...reportPart({ ...keys, ...ownKeys }, checked),
    groups: [...groupsOf(keys), ...groupsOf(ownKeys)],
  };
  return merged(String(config["connector.class"]), [own, ...overrides, ...converters]);
}

/** The report for a version of the connector that there is not: nothing more can be asked of it. */
export function reportMissingVersion(
  worker: ValidatingWorker,
  plugin: Plugin<"source" | "sink">,
  config: RawConfig,
  error: PluginVersionError,
): ConfigInfos {
  const keys = frameworkKeys(undefined, plugin.kind, plugin.version);
  const checked = CheckedConfig.of(keys, config);
  checkConverterClasses(worker.plugins, checked);
  for (const key of ["connector.class", "connector.plugin.version"]) {
    checked.addError(key, null, error.message);
  }
  const version = checked.get("connector.plugin.version");
  if (version) version.recommended = error.availableVersions;
  addNullErrors(config, checked);
  return merged(String(config["connector.class"]), [reportPart(keys, checked)]);
}

function checkVersion(
  plugins: Plugins,
  plugin: Plugin<"source" | "sink">,
  checked: CheckedConfig,
): void {
  const version = checked.get("connector.plugin.version");
  if (version) version.recommended = plugins.versions(plugin.name, plugin.kind);
}

const NULL_VALUE = "Null value can not be supplied as the configuration value.";

function addNullErrors(config: RawConfig, checked: CheckedConfig): void {
  for (const [key, value] of Object.entries(config)) {
    if (value === null) checked.addError(key, null, NULL_VALUE);
  }
}

function withoutNulls(config: RawConfig): Props {
  return Object.fromEntries(
    Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function merged(name: string, parts: readonly ReportPart[]): ConfigInfos {
  return {
    name,
    error_count: parts.reduce((sum, { errorCount }) => sum + errorCount, 0),
    groups: [...new Set(parts.flatMap(({ groups }) => groups))],
    configs: parts.flatMap(({ configs }) => configs),
  };
}
