import { ConfigError } from "../errors.ts";
import { translateJavaPattern } from "./java-pattern.ts";
import type { ParsedValue, Validator } from "./types.ts";
import { invalidValue } from "./value-text.ts";

/** Kafka's validators, with Kafka's texts. Source: org.apache.kafka.common.config.ConfigDef. */

function validator(
  describe: string,
  ensureValid: (key: string, value: ParsedValue) => void,
): Validator {
  return { ensureValid, describe: () => describe };
}

function ensureRange(key: string, value: ParsedValue, min?: number, max?: number): void {
  if (value === null) throw invalidValue(key, null, "Value must be non-null");
  const number = Number(value);
  if (min !== undefined && number < min) {
    throw invalidValue(key, value, `Value must be at least ${min}`);
  }
  if (max !== undefined && number > max) {
    throw invalidValue(key, value, `Value must be no more than ${max}`);
  }
}

/** A number of at least `min`. */
export function atLeast(min: number): Validator {
  return validator(`[${min},...]`, (key, value) => ensureRange(key, value, min));
}

/** A number from `min` to `max`, both included. */
export function between(min: number, max: number): Validator {
  return validator(`[${min},...,${max}]`, (key, value) => ensureRange(key, value, min, max));
}

/** One of the texts, exactly (ValidString). */
export function oneOf(...values: readonly string[]): Validator {
  return validator(`[${values.join(", ")}]`, (key, value) => {
    if (!values.includes(String(value))) {
      throw invalidValue(key, value, `String must be one of: ${values.join(", ")}`);
    }
  });
}

/** One of the texts, in any case (CaseInsensitiveValidString). */
export function oneOfIgnoringCase(...values: readonly string[]): Validator {
  const upper = values.map((value) => value.toUpperCase());
  return validator(`(case insensitive) [${values.join(", ")}]`, (key, value) => {
    if (value === null || !upper.includes(String(value).toUpperCase())) {
      const list = upper.join(", ");
      throw invalidValue(key, value, `String must be one of (case insensitive): ${list}`);
    }
  });
}

/** Text that is not blank; no value is fine (NonEmptyString). */
export const nonEmptyString: Validator = validator("non-empty string", (key, value) => {
  if (value !== null && String(value) === "") {
    throw invalidValue(key, value, "String must be non-empty");
  }
});

/** A name: not empty, no ISO control characters; no value is fine. */
export const nameWithoutControlCharacters: Validator = validator(
  "non-empty string without ISO control characters",
  (key, value) => {
    if (value === null) return;
    const text = String(value);
    if (text === "") throw invalidValue(key, value, "String may not be empty");
    const control = [...text]
      .map((character) => character.codePointAt(0) ?? 0)
      .filter((code) => code <= 0x1f || (code >= 0x7f && code <= 0x9f));
    if (control.length > 0) {
      const why = `String may not contain control sequences but had the following ASCII chars: ${control.join(", ")}`;
      throw invalidValue(key, value, why);
    }
  },
);

/** A list with at least one entry. */
export const nonEmptyList: Validator = validator("non-empty list", (key, value) => {
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    throw invalidValue(key, value, "Empty list");
  }
});

/** A value must be there. */
export const nonNull: Validator = validator("non-null value", (key, value) => {
  if (value === null) throw invalidValue(key, value, "entry must be non null");
});

/** A list of names that each stand once. */
export const uniqueAliases: Validator = validator("unique aliases", (key, value) => {
  if (value === null) throw invalidValue(key, value, "entry must be non null");
  const aliases = Array.isArray(value) ? value : [];
  if (new Set(aliases).size !== aliases.length) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Invalid value [${aliases.join(", ")}] for configuration ${key}: Duplicate alias provided.`,
      { key },
    );
  }
});

/** A regular expression; the whole of a text must match it, as in Java. */
export const regularExpression: Validator = validator("valid regex", (key, value) => {
  try {
    if (value !== null) fullMatch(String(value));
  } catch (error) {
    throw invalidValue(key, value, `Invalid regex: ${patternFault(error)}`);
  }
});

/** What is wrong with a pattern; the language quotes the translated pattern before it says so. */
export function patternFault(error: unknown): string {
  const message = error instanceof Error ? error.message : "it cannot be compiled";
  return message.slice(message.lastIndexOf("/: ") + 1).replace(/^: /, "");
}

/** No value, or one that fits. */
export function nullOr(other: Validator): Validator {
  return validator(other.describe(), (key, value) => {
    if (value !== null) other.ensureValid(key, value);
  });
}

/** All of several validators, in order. */
export function allOf(...validators: readonly Validator[]): Validator {
  return validator(validators.map((each) => each.describe()).join(", "), (key, value) => {
    for (const each of validators) each.ensureValid(key, value);
  });
}

/** A pattern in Java's syntax that the whole of a text has to match, as Java's `matches` wants it. Throws SyntaxError. */
export function fullMatch(pattern: string): RegExp {
  const { source, flags } = translateJavaPattern(pattern);
  return new RegExp(`^(?:${source})$`, flags.replace("m", ""));
}
