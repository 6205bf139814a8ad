import { ConfigError } from "../errors.ts";
import type {
  ConfigKey,
  ConfigKeys,
  ConfigReport,
  ConfigValue,
  ConfigValues,
  ParsedValue,
  RawProps,
} from "./types.ts";
import { parseValue } from "./value-text.ts";

/** One key's parsed value with everything that is wrong with it. */
interface Parsed {
  value: ParsedValue;
  readonly errors: string[];
}

/**
 * The declaration of a plug-in's settings. Validation, typed values, REST answers and the
 * documentation all come from it.
 *
 * Source: org.apache.kafka.common.config.ConfigDef, with named members instead of arguments by position.
 */
export class ConfigDef<const K extends ConfigKeys = ConfigKeys> {
  readonly keys: K;

  constructor(keys: K) {
    this.keys = keys;
  }

  /**
   * The typed values of the defined keys; unknown keys are ignored.
   *
   * Throws ConfigError with the first problem in order of definition.
   */
  parse(props: RawProps): ConfigValues<K> {
    const values: Record<string, ParsedValue> = {};
    for (const [name, key] of Object.entries(this.keys)) {
      const { value, errors } = parseKey(name, key, props);
      if (errors[0] !== undefined)
        throw new ConfigError("CONFIG_INVALID", errors[0], { key: name });
      values[name] = value;
    }
    return values as ConfigValues<K>;
  }

  /** Checks every key and reports all errors, with Kafka's texts. Never throws for bad values. */
  validate(props: RawProps): ConfigReport {
    const parsed = new Map<string, Parsed>();
    for (const [name, key] of Object.entries(this.keys)) {
      parsed.set(name, parseKey(name, key, props));
    }
    const values = Object.fromEntries([...parsed].map(([name, { value }]) => [name, value]));
    return [...parsed].map(([name, { value, errors }]) =>
      report(name, this.keys[name] as ConfigKey, value, errors, values),
    );
  }

  /** This definition with those keys of another that it does not have itself. */
  with<const L extends ConfigKeys>(other: ConfigDef<L>): ConfigDef<Omit<L, keyof K> & K> {
    return new ConfigDef({ ...this.keys, ...withoutKeys(other.keys, this.keys) } as Omit<
      L,
      keyof K
    > &
      K);
  }
}

function withoutKeys(keys: ConfigKeys, taken: ConfigKeys): ConfigKeys {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => !(name in taken)));
}

/** Parse error first; then the validator sees null, so a bad number can have two errors as in Kafka. */
function parseKey(name: string, key: ConfigKey, props: RawProps): Parsed {
  const parsed: Parsed = { value: null, errors: [] };
  const text = Object.hasOwn(props, name) ? props[name] : undefined;
  try {
    if (text !== undefined && text !== null) {
      parsed.value = parseValue(name, key.type, text);
    } else if (text === undefined && key.default === undefined) {
      throw new ConfigError(
        "CONFIG_MISSING",
        `Missing required configuration "${name}" which has no default value.`,
        { key: name },
      );
    } else if (text === undefined) {
      parsed.value = key.default ?? null;
    }
  } catch (error) {
    parsed.errors.push(messageOf(error));
  }
  try {
    // A default of null says "not set", which no validator has to know about.
    if (parsed.errors.length > 0 || parsed.value !== null || key.default !== null) {
      key.validator?.ensureValid(name, parsed.value);
    }
  } catch (error) {
    parsed.errors.push(messageOf(error));
  }
  return parsed;
}

function report(
  name: string,
  key: ConfigKey,
  value: ParsedValue,
  errors: readonly string[],
  values: Readonly<Record<string, ParsedValue>>,
): ConfigValue {
  const { recommender } = key;
  if (!recommender) return { name, value, recommendedValues: [], errors, visible: true };
  return {
    name,
    value,
    recommendedValues: recommender.validValues(name, values),
    errors,
    visible: recommender.visible(name, values),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  throw error;
}
