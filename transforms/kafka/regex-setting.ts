import { ConfigError, invalidValue, patternFault } from "#connect-api";
import type { Validator } from "#connect-api";
import { javaPattern } from "./java-regex.ts";

/** A regular expression in Java's syntax. Source: org.apache.kafka.connect.transforms.util.RegexValidator. */
export const javaRegex: Validator = {
  ensureValid(key, value) {
    if (value === null) return;
    try {
      javaPattern(String(value));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw invalidValue(key, value, `Invalid regex: ${patternFault(error)}`);
    }
  },
  describe: () => "valid regex",
};
