import { ConfigError, invalidValue } from "#connect-api";
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
      // The language quotes the translated pattern before it says what is wrong.
      const message = error instanceof Error ? error.message : "it cannot be compiled";
      const reason = message.slice(message.lastIndexOf("/: ") + 1).replace(/^: /, "");
      throw invalidValue(key, value, `Invalid regex: ${reason}`);
    }
  },
  describe: () => "valid regex",
};
