import { ConfigDef, valueText } from "#connect-api";
import type { ConfigKey, ConfigKeys, ConfigReport, ParsedValue } from "#connect-api";
import type { ConfigInfos, ConfigKeyInfo, ConfigValueInfo, RawConfig } from "../herder/herder.ts";

/** What is known of one setting while a config is checked. */
export interface CheckedValue {
  readonly name: string;
  value: ParsedValue;
  recommended: readonly string[];
  readonly errors: string[];
  visible: boolean;
}

/** The settings of a config by key, each with what is wrong with it. */
export class CheckedConfig {
  readonly #values = new Map<string, CheckedValue>();
  readonly #config: RawConfig;

  private constructor(config: RawConfig) {
    this.#config = config;
  }

  static of(keys: ConfigKeys, config: RawConfig): CheckedConfig {
    const checked = new CheckedConfig(config);
    checked.replace(new ConfigDef(keys).validate(config));
    return checked;
  }

  /** Takes a report; a key that is known already gets its value from there. */
  replace(report: ConfigReport): void {
    for (const { name, value, recommendedValues, errors, visible } of report) {
      const recommended = recommendedValues.map(String);
      this.#values.set(name, { name, value, recommended, errors: [...errors], visible });
    }
  }

  /** A setting as it was sent, with its blanks. */
  written(name: string): string | null | undefined {
    return this.#config[name];
  }

  get(name: string): CheckedValue | undefined {
    return this.#values.get(name);
  }

  values(): IterableIterator<CheckedValue> {
    return this.#values.values();
  }

  /** A key that no definition has is known from now on. */
  define(name: string, value: string | null): CheckedValue {
    let known = this.#values.get(name);
    if (!known) {
      known = { name, value, recommended: [], errors: [], visible: true };
      this.#values.set(name, known);
    }
    return known;
  }

  addError(name: string, value: string | null, message: string): void {
    this.define(name, value).errors.push(message);
  }

  hasErrors(name: string): boolean {
    return (this.#values.get(name)?.errors.length ?? 0) > 0;
  }
}

/** One entry of the report's `configs`. */
export type ReportedConfig = ConfigInfos["configs"][number];

/** A part of the report: entries, groups in order, and how many errors count. */
export interface ReportPart {
  readonly configs: readonly ReportedConfig[];
  readonly groups: readonly string[];
  readonly errorCount: number;
}

/** Keys without a definition first, then the definitions in order. */
export function reportPart(keys: ConfigKeys, checked: CheckedConfig): ReportPart {
  const undefinedKeys = [...checked.values()].filter(({ name }) => !(name in keys));
  const configs = [
    ...undefinedKeys.map((value) => ({ definition: null, value: valueInfo(value) })),
    ...Object.entries(keys).map(([name, key], index) => {
      const value = checked.get(name);
      return { definition: keyInfo(name, key, index + 1), value: value ? valueInfo(value) : null };
    }),
  ];
  const errorCount = [...checked.values()].reduce((sum, { errors }) => sum + errors.length, 0);
  return { configs, groups: groupsOf(keys), errorCount };
}

export function groupsOf(keys: ConfigKeys): readonly string[] {
  return [...new Set(Object.values(keys).flatMap(({ group }) => group ?? []))];
}

export function valueInfo(checked: CheckedValue, prefix = ""): ConfigValueInfo {
  return {
    name: prefix + checked.name,
    value: valueText(checked.value),
    recommended_values: checked.recommended,
    errors: checked.errors,
    visible: checked.visible,
  };
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
 * Keys in the order in which Kafka shows those of an embedded definition: by group, order in the group,
 * required before optional, importance, and name.
 *
 * Source: org.apache.kafka.common.config.ConfigDef.sortedConfigs.
 */
export function sortedKeys(keys: ConfigKeys): readonly (readonly [string, ConfigKey])[] {
  const groups = groupsOf(keys);
  const rank = { HIGH: 0, MEDIUM: 1, LOW: 2 } as const;
  const placeOf = ([, key]: readonly [string, ConfigKey], index: number): readonly number[] => [
    key.group === undefined ? -1 : groups.indexOf(key.group),
    key.order ?? (key.group === undefined ? -1 : index),
    key.default === undefined ? 0 : 1,
    rank[key.importance],
  ];
  return Object.entries(keys)
    .map((entry, index) => ({ entry, place: placeOf(entry, index) }))
    .toSorted((a, b) => {
      const at = a.place.findIndex((value, index) => value !== b.place[index]);
      if (at >= 0) return (a.place[at] ?? 0) - (b.place[at] ?? 0);
      return a.entry[0] < b.entry[0] ? -1 : 1;
    })
    .map(({ entry }) => entry);
}
