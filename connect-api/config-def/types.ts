import type { Password } from "./password.ts";

/** Source: org.apache.kafka.common.config.ConfigDef.Type. */
export type ConfigType =
  | "BOOLEAN"
  | "STRING"
  | "INT"
  | "SHORT"
  | "LONG"
  | "DOUBLE"
  | "LIST"
  | "CLASS"
  | "PASSWORD";
export type Importance = "HIGH" | "MEDIUM" | "LOW";
export type Width = "NONE" | "SHORT" | "MEDIUM" | "LONG";

/** Settings as posted. null is not a value: a validator sees it, and the worker reports it. */
export type RawProps = Readonly<Record<string, string | null | undefined>>;

/** A parsed value: boolean, text, number, list of text, or a Password; null when there is none. */
export type ParsedValue = boolean | string | number | readonly string[] | Password | null;

export interface Validator {
  /** Throws ConfigError with Kafka's text when the value does not fit. */
  ensureValid(key: string, value: ParsedValue): void;
  /** What fits, for the documentation: `[1,…]`. */
  describe(): string;
}

/** Source: org.apache.kafka.common.config.ConfigDef.Recommender. */
export interface Recommender {
  validValues(
    key: string,
    parsed: Readonly<Record<string, ParsedValue>>,
  ): readonly (string | number | boolean)[];
  visible(key: string, parsed: Readonly<Record<string, ParsedValue>>): boolean;
}

/**
 * One setting. Without `default` it is required; `default: null` makes it optional.
 *
 * Source: org.apache.kafka.common.config.ConfigDef.ConfigKey.
 */
export interface ConfigKey {
  readonly type: ConfigType;
  readonly default?: boolean | string | number | readonly string[] | null;
  readonly importance: Importance;
  readonly documentation: string;
  readonly validator?: Validator;
  readonly group?: string;
  /** Position in the group; by default the order of definition. */
  readonly order?: number;
  readonly width?: Width;
  /** By default the key. */
  readonly displayName?: string;
  readonly dependents?: readonly string[];
  readonly recommender?: Recommender;
}

export type ConfigKeys = Readonly<Record<string, ConfigKey>>;

interface ValueTypes {
  BOOLEAN: boolean;
  STRING: string;
  INT: number;
  SHORT: number;
  LONG: number;
  DOUBLE: number;
  LIST: readonly string[];
  CLASS: string;
  PASSWORD: Password;
}

/** The typed values of a definition: null only where the default is null. */
export type ConfigValues<K extends ConfigKeys> = {
  readonly [P in keyof K]:
    | ValueTypes[K[P]["type"]]
    | (K[P] extends { readonly default: null } ? null : never);
};

/** One key of a validation report. Source: org.apache.kafka.common.config.ConfigValue. */
export interface ConfigValue {
  readonly name: string;
  readonly value: ParsedValue;
  readonly recommendedValues: readonly (string | number | boolean)[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

/** What `validate` found, in order of definition. */
export type ConfigReport = readonly ConfigValue[];
