import { ConfigDef, TopicStreamConnector, valueText } from "#connect-api";
import type {
  ConfigKey,
  ConfigReport,
  ConfigValue,
  Connector,
  ParsedValue,
  Props,
} from "#connect-api";
import type { ConfigInfos, ConfigKeyInfo, RawConfig } from "../herder/herder.ts";
import type { Plugin, Plugins } from "../plugins/plugins.ts";
import {
  commonConfigDef,
  predicateKeys,
  sinkConfigDef,
  sourceConfigDef,
  streamConfigDef,
  transformKeys,
} from "./connector-config.ts";
import { exactlyOnceErrors } from "./exactly-once-check.ts";
import { withPrefix } from "./worker-config.ts";

type Errors = Map<string, string[]>;

/** The framework's settings for a kind of connector. */
export function frameworkKeys(connector: Connector, kind: "source" | "sink") {
  if (kind === "source") return { ...commonConfigDef.keys, ...sourceConfigDef.keys };
  const stream = connector instanceof TopicStreamConnector ? streamConfigDef.keys : {};
  return { ...commonConfigDef.keys, ...sinkConfigDef.keys, ...stream };
}

/** A key definition as REST shows it. `index` is its place in the definition, counted from 1. */
export function keyInfo(name: string, key: ConfigKey, index: number): ConfigKeyInfo {
  return {
    name,
    type: key.type,
    required: key.default === undefined,
    default_value: valueText(key.default ?? null),
    importance: key.importance,
    documentation: key.documentation,
    group: key.group ?? null,
    order: key.order ?? (key.group === undefined ? -1 : index),
    width: key.width ?? "NONE",
    display_name: key.displayName ?? name,
    dependents: key.dependents ?? [],
  };
}

/**
 * Checks a connector's config as a whole: the framework's keys, each transformation, predicate and
 * converter, and the connector's own. Reports everything and stores nothing.
 *
 * Source: org.apache.kafka.connect.runtime.AbstractHerder.validateConnectorConfig.
 */
export async function validateConnector(
  plugins: Plugins,
  plugin: Plugin<"source" | "sink">,
  config: RawConfig,
  worker: { readonly isExactlyOnce: boolean } = { isExactlyOnce: false },
): Promise<ConfigInfos> {
  const connector = new plugin.create();
  const errors: Errors = new Map();
  const framework = frameworkKeys(connector, plugin.kind);
  const keys: Record<string, ConfigKey> = { ...framework };
  Object.assign(keys, pluginAliasKeys(plugins, "transforms", config, errors));
  Object.assign(keys, pluginAliasKeys(plugins, "predicates", config, errors));
  const report = new ConfigDef(keys).validate(config);
  const own = await ownReport(connector, config);
  const ownKeys = connector.config().keys;
  if (plugin.kind === "sink") checkTopics(config, errors);
  for (const [key, message] of exactlyOnceErrors(connector, config, worker.isExactlyOnce)) {
    addError(errors, key, message);
  }
  checkConverters(plugins, config, Object.keys(framework), errors);
  checkNegates(config, errors);

  const taken = new Set(own.map(({ name }) => name));
  const values = [
    ...report.filter(({ name }) => !taken.has(name)).map((value) => [value, keys] as const),
    ...own.map((value) => [value, ownKeys] as const),
  ];
  const defined = new Set(values.map(([{ name }]) => name));
  const configs = [
    // Keys with an error but without a definition come first.
    ...[...errors]
      .filter(([name]) => !defined.has(name))
      .map(([name, list]) => ({
        definition: null,
        value: { ...textual(name, config[name] ?? null), errors: list },
      })),
    ...values.map(([value, source], index) => ({
      definition: keyInfo(value.name, source[value.name] as ConfigKey, index + 1),
      value: {
        ...textual(value.name, value.value),
        recommended_values: value.recommendedValues.map(String),
        errors: [...value.errors, ...(errors.get(value.name) ?? [])],
        visible: value.visible,
      },
    })),
  ];
  return {
    name: String(config["connector.class"] ?? plugin.name),
    error_count: configs.reduce((sum, { value }) => sum + value.errors.length, 0),
    groups: [...new Set(configs.flatMap(({ definition }) => definition?.group ?? []))],
    configs,
  };
}

function textual(name: string, value: ParsedValue) {
  return {
    name,
    value: valueText(value),
    recommended_values: [] as readonly string[],
    errors: [] as readonly string[],
    visible: true,
  };
}

async function ownReport(connector: Connector, config: RawConfig): Promise<ConfigReport> {
  const text = Object.fromEntries(
    Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  const report = await connector.validate(text);
  const nulls = new Map(
    connector
      .config()
      .validate(config)
      .filter(({ name }) => config[name] === null)
      .map((value) => [value.name, value] as const),
  );
  return report.map((value): ConfigValue => nulls.get(value.name) ?? value);
}

/** Keys of every declared alias: the framework's, and those of the plug-in's own definition. */
function pluginAliasKeys(
  plugins: Plugins,
  what: "transforms" | "predicates",
  config: RawConfig,
  errors: Errors,
): Record<string, ConfigKey> {
  const keys: Record<string, ConfigKey> = {};
  const kind = what === "transforms" ? "transformation" : "predicate";
  for (const alias of new Set(listOf(config[what]))) {
    const prefix = `${what}.${alias}.`;
    const group = `${what === "transforms" ? "Transforms" : "Predicates"}: ${alias}`;
    const own = what === "transforms" ? transformKeys(alias) : predicateKeys(alias);
    const type = config[`${prefix}type`];
    const plugin = type ? plugins.find(type, kind) : undefined;
    if (type && !plugin) {
      addError(
        errors,
        `${prefix}type`,
        `Invalid value ${type} for configuration ${prefix}type: Class ${type} could not be found.`,
      );
    }
    const definition = plugin ? new plugin.create().config().keys : {};
    Object.assign(keys, own);
    for (const [name, key] of Object.entries(definition)) {
      if (prefix + name in own) continue;
      keys[prefix + name] = {
        ...key,
        group: key.group === undefined ? group : `${group}: ${key.group}`,
        order: (key.order ?? -1) + 1,
      };
    }
    const typeKey = own[`${prefix}type`] as ConfigKey;
    keys[`${prefix}type`] = {
      ...typeKey,
      recommender: {
        validValues: () => plugins.list([kind]).map(({ name }) => name),
        visible: () => true,
      },
    };
  }
  return keys;
}

function checkTopics(config: RawConfig, errors: Errors): void {
  const topics = listOf(config["topics"]);
  const pattern = config["topics.regex"]?.trim() ?? "";
  const both = (message: string): void => {
    addError(errors, "topics", message);
    addError(errors, "topics.regex", message);
  };
  if (topics.length === 0 && pattern === "") both("Must configure one of topics or topics.regex");
  if (topics.length > 0 && pattern !== "") {
    both("topics and topics.regex are mutually exclusive options, but both are set.");
  }
  const queue = config["errors.deadletterqueue.topic.name"]?.trim() ?? "";
  if (queue === "") return;
  if (topics.includes(queue)) {
    addError(
      errors,
      "topics",
      `The DLQ topic '${queue}' may not be included in the list of topics ('topics=[${topics.join(", ")}]') consumed by the connector`,
    );
  }
  if (pattern !== "" && matches(pattern, queue)) {
    addError(
      errors,
      "topics.regex",
      `The DLQ topic '${queue}' may not be matched by the regex for the topics ('topics.regex=${pattern}') consumed by the connector`,
    );
  }
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    // The pattern's own error is reported on its key.
    return false;
  }
}

/** The named converters exist, and their own settings are right. */
function checkConverters(
  plugins: Plugins,
  config: RawConfig,
  frameworkNames: readonly string[],
  errors: Errors,
): void {
  for (const key of frameworkNames.filter((name) => name.endsWith("converter"))) {
    const name = config[key];
    if (!name) continue;
    const kind = key === "header.converter" ? "header_converter" : "converter";
    const plugin = plugins.find(name, kind);
    if (!plugin) {
      const why = `Class ${name} could not be found.`;
      addError(errors, key, `Invalid value ${name} for configuration ${key}: ${why}`);
      continue;
    }
    const own = withPrefix(config as Props, `${key}.`);
    for (const value of new plugin.create().config().validate(own)) {
      for (const message of value.errors) addError(errors, `${key}.${value.name}`, message);
    }
  }
}

function checkNegates(config: RawConfig, errors: Errors): void {
  for (const alias of listOf(config["transforms"])) {
    const negate = `transforms.${alias}.negate`;
    const predicate = `transforms.${alias}.predicate`;
    if (config[negate] === undefined || config[predicate] !== undefined) continue;
    addError(
      errors,
      negate,
      `Config '${negate}' was provided but there is no config '${predicate}' defining a predicate to be negated.`,
    );
  }
}

function listOf(text: string | null | undefined): string[] {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? [] : trimmed.split(/\s*,\s*/);
}

function addError(errors: Errors, key: string, message: string): void {
  errors.set(key, [...(errors.get(key) ?? []), message]);
}
