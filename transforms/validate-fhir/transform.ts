import { ConfigDef, DataError, Transformation } from "#connect-api";
import type { ConnectRecord } from "#connect-api";
import { parseExactJson, exactNumber } from "#lib/exact-json";
import { validateResource } from "./fhir-validator.ts";

const configDef = new ConfigDef({});
const decoder = new TextDecoder();

/** How many problems an error names; the rest is counted. */
const NAMED_MAX = 10;

/**
 * Lets valid FHIR R4 resources through unchanged; a value may be an object, or JSON as text or bytes.
 *
 * Throws DataError with FHIRPaths and rules for others.
 */
export class ValidateFhir extends Transformation {
  override readonly version = "1.0.0";

  config() {
    return configDef;
  }
  configure(): void {}

  apply<R extends ConnectRecord>(record: R): R {
    // A tombstone holds no resource to check; it passes through unchanged.
    if (record.value === null) return record;
    const problems = validateResource(resourceOf(record.value));
    if (problems.length === 0) return record;
    const named = problems.slice(0, NAMED_MAX).map(({ path, rule }) => `${path} (${rule})`);
    const rest = problems.length - named.length;
    const text = [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
    throw new DataError("FHIR_INVALID", `The resource is not valid FHIR R4: ${text}`);
  }
}

function resourceOf(value: unknown): unknown {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) return value;
  try {
    return parseExactJson(typeof value === "string" ? value : decoder.decode(value), exactNumber);
  } catch {
    // The parser's own message quotes the text.
    throw new DataError("FHIR_INVALID", "The value is not JSON");
  }
}
