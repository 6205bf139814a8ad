import { readFileSync } from "node:fs";
import {
  ConfigDef,
  ConfigError,
  DataError,
  NO_METRICS,
  Transformation,
  between,
  nonEmptyString,
} from "#connect-api";
import type { ConnectRecord, PluginMetrics, Props } from "#connect-api";
import {
  Hl7ParseError,
  ProfileError,
  parseMessage,
  readProfile,
  validateMessage,
} from "#lib/hl7v2";
import type { Finding, FindingCode, Profile, ValidationLevel } from "#lib/hl7v2";

export const LEVEL = "level";
export const PROFILE = "profile";

export const configDef = new ConfigDef({
  [LEVEL]: {
    type: "INT",
    default: 1,
    validator: between(0, 3),
    importance: "HIGH",
    displayName: "Level",
    documentation:
      "What is checked; each level includes those before. 0: the message can be read. 1: MSH says what it is. 2: the segments of its structure are there and in their places, required fields are filled, dates and numbers have their forms. 3: the rules of a profile.",
  },
  [PROFILE]: {
    type: "STRING",
    default: null,
    validator: nonEmptyString,
    importance: "MEDIUM",
    displayName: "Profile",
    documentation:
      "The JSON file with the rules of level 3, on the worker's machine; see `schemas/hl7v2/profiles/README.md`. It is read when the connector starts.",
  },
});

/** How many findings an error names; the rest is counted. */
const NAMED_MAX = 10;

/**
 * Lets valid HL7 v2 messages through unchanged. Throws DataError with codes and places for others.
 *
 * What is no error passes; how often it was found is counted by code in `hl7-findings-total`.
 */
export class ValidateHl7v2 extends Transformation {
  override readonly version = "1.0.0";
  #level: ValidationLevel = 1;
  #profile: Profile | undefined;
  #metrics: PluginMetrics = NO_METRICS;
  readonly #counters = new Map<FindingCode, { add(count?: number): void }>();

  config() {
    return configDef;
  }
  override withPluginMetrics(metrics: PluginMetrics): void {
    this.#metrics = metrics;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#level = config[LEVEL] as ValidationLevel;
    const file = config[PROFILE];
    if (this.#level === 3 && file === null) {
      throw new ConfigError(
        "CONFIG_INVALID",
        `Level 3 checks the rules of a profile: ${PROFILE} names its file, or choose level 2`,
        { key: PROFILE },
      );
    }
    this.#profile = this.#level === 3 && file !== null ? profileIn(file) : undefined;
  }

  apply<R extends ConnectRecord>(record: R): R {
    const { value } = record;
    // A tombstone holds no message to check; it passes through unchanged.
    if (value === null) return record;
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new DataError("HL7_VALUE_INVALID", "The record's value is neither bytes nor text");
    }
    const findings = this.#findingsOf(value);
    for (const { code } of findings) this.#counter(code).add();
    const errors = findings.filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new DataError("HL7_INVALID", textOf(errors));
    return record;
  }

  #findingsOf(value: string | Uint8Array): readonly Finding[] {
    try {
      return validateMessage(parseMessage(value), this.#level, this.#profile);
    } catch (cause) {
      if (!(cause instanceof Hl7ParseError)) throw cause;
      throw new DataError(cause.code, cause.message, { cause });
    }
  }

  #counter(code: FindingCode): { add(count?: number): void } {
    let counter = this.#counters.get(code);
    if (!counter) {
      const text = "Findings in HL7 v2 messages, by code; errors and what is no error.";
      counter = this.#metrics.counter("hl7-findings-total", text, { code });
      this.#counters.set(code, counter);
    }
    return counter;
  }
}

function profileIn(file: string): Profile {
  try {
    return readProfile(readFileSync(file, "utf8"));
  } catch (cause) {
    const reason =
      cause instanceof ProfileError ? cause.message : "it cannot be read on the worker's machine";
    throw new ConfigError("CONFIG_INVALID", `The file of ${PROFILE} is of no use: ${reason}`, {
      key: PROFILE,
      cause,
    });
  }
}

function textOf(errors: readonly Finding[]): string {
  const named = errors
    .slice(0, NAMED_MAX)
    .map(({ code, position, meaning }) => `${code} at ${position}: ${meaning}`);
  const rest = errors.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}
