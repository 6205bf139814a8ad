import { ConfigError } from "../errors.ts";
import { Password } from "./password.ts";
import type { ConfigType, ParsedValue } from "./types.ts";

const INTEGER_RANGES: Readonly<Partial<Record<ConfigType, readonly [min: bigint, max: bigint]>>> = {
  SHORT: [-(2n ** 15n), 2n ** 15n - 1n],
  INT: [-(2n ** 31n), 2n ** 31n - 1n],
  LONG: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** JavaScript also reads `0x10` and `0b1`. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** How a value appears in an error text: lists as `[a, b]`, no value as `null`. */
export function quoted(value: ParsedValue): string {
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  return String(value);
}

/** The sentence that Kafka's clients know. `why` is left out when there is nothing to add. */
export function invalidValue(key: string, value: ParsedValue, why?: string): ConfigError {
  const tail = why === undefined ? "" : `: ${why}`;
  const message = `Invalid value ${quoted(value)} for configuration ${key}${tail}`;
  return new ConfigError("CONFIG_INVALID", message, { key });
}

/**
 * Parses a setting's text as Kafka does: surrounding blanks are dropped, lists are split at commas, and an
 * empty list text is an empty list.
 *
 * Throws ConfigError with Kafka's text. The value of a PASSWORD never stands in it.
 */
export function parseValue(key: string, type: ConfigType, text: string): ParsedValue {
  const trimmed = text.trim();
  switch (type) {
    case "BOOLEAN": {
      const lower = trimmed.toLowerCase();
      if (lower === "true") return true;
      if (lower === "false") return false;
      throw invalidValue(key, text, "Expected value to be either true or false");
    }
    case "INT":
    case "SHORT":
    case "LONG":
      return parseInteger(key, type, text);
    case "DOUBLE": {
      const value = DECIMAL.test(trimmed) ? Number(trimmed) : Number.NaN;
      if (Number.isNaN(value)) throw invalidValue(key, text, `Not a number of type ${type}`);
      return value;
    }
    case "LIST":
      return trimmed === "" ? [] : trimmed.split(/\s*,\s*/);
    case "PASSWORD":
      return new Password(trimmed);
    case "STRING":
    case "CLASS":
      return trimmed;
  }
}

function parseInteger(key: string, type: ConfigType, text: string): number {
  const range = INTEGER_RANGES[type];
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed) && range) {
    const value = BigInt(trimmed.replace(/^\+/, ""));
    if (value >= range[0] && value <= range[1]) return Number(value);
  }
  throw invalidValue(key, text, `Not a number of type ${type}`);
}

/** A parsed value as REST shows it: lists joined with commas, secrets hidden. */
export function valueText(value: ParsedValue): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? value.join(",") : String(value);
}
