import { ConfigDef, DataError, Transformation, between } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { Hl7ParseError, parseMessage, validateMessage } from "#lib/hl7v2";
import type { Finding, ValidationLevel } from "#lib/hl7v2";

export const LEVEL = "level";

export const configDef = new ConfigDef({
  [LEVEL]: {
    type: "INT",
    default: 1,
    validator: between(0, 2),
    importance: "HIGH",
    displayName: "Level",
    documentation:
      "What is checked. 0: the message can be read. 1: MSH says what it is. 2: the segments that its structure requires are there.",
  },
});

/** How many findings an error names; the rest is counted. */
const NAMED_MAX = 10;

/** Lets valid HL7 v2 messages through unchanged. Throws DataError with codes and places for others. */
export class ValidateHl7v2 extends Transformation {
  override readonly version = "1.0.0";
  #level: ValidationLevel = 1;

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#level = configDef.parse(props)[LEVEL] as ValidationLevel;
  }

  apply<R extends ConnectRecord>(record: R): R {
    const { value } = record;
    // A tombstone holds no message to check; it passes through unchanged.
    if (value === null) return record;
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new DataError("HL7_VALUE_INVALID", "The record's value is neither bytes nor text");
    }
    const errors = findingsOf(value, this.#level).filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new DataError("HL7_INVALID", textOf(errors));
    return record;
  }
}

function findingsOf(value: string | Uint8Array, level: ValidationLevel): readonly Finding[] {
  try {
    return validateMessage(parseMessage(value), level);
  } catch (cause) {
    if (!(cause instanceof Hl7ParseError)) throw cause;
    throw new DataError(cause.code, cause.message, { cause });
  }
}

function textOf(errors: readonly Finding[]): string {
  const named = errors
    .slice(0, NAMED_MAX)
    .map(({ code, position, meaning }) => `${code} at ${position}: ${meaning}`);
  const rest = errors.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}
