import { DataError, Transformation } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { LEVEL, ON_INVALID, configDef } from "./config.ts";
import { validateResource } from "./fhir-validator.ts";
import type { FhirProblem, ValidationLevel } from "./finding.ts";
import { operationOutcome } from "./operation-outcome.ts";

/** The header with the findings, where an invalid resource may pass. */
export const FINDINGS_HEADER = "fhir-validation";

const decoder = new TextDecoder();

/** How many problems an error or a header names; the rest is counted. */
const NAMED_MAX = 10;

/**
 * Lets valid FHIR R4 resources through unchanged; a value may be an object, or JSON as text or bytes.
 *
 * Others are data errors with FHIRPaths and rules, or are marked; see `on.invalid`.
 */
export class ValidateFhir extends Transformation {
  override readonly version = "1.0.0";
  #level: ValidationLevel = "invariants";
  #marks = false;

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#level = config[LEVEL] as ValidationLevel;
    this.#marks = config[ON_INVALID] === "mark";
  }

  apply<R extends ConnectRecord>(record: R): R {
    // A tombstone holds no resource to check; it passes through unchanged.
    if (record.value === null) return record;
    const problems = validateResource(resourceOf(record.value), this.#level);
    if (problems.length === 0) return record;
    if (this.#marks) return marked(record, problems);
    throw new DataError("FHIR_INVALID", `The resource is not valid FHIR R4: ${textOf(problems)}`);
  }
}

function marked<R extends ConnectRecord>(record: R, problems: readonly FhirProblem[]): R {
  const outcome = JSON.stringify(operationOutcome(problems.slice(0, NAMED_MAX)));
  return record.with({ headers: record.headers.set(FINDINGS_HEADER, outcome) });
}

function textOf(problems: readonly FhirProblem[]): string {
  const named = problems.slice(0, NAMED_MAX).map(({ path, rule }) => `${path} (${rule})`);
  const rest = problems.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}

function resourceOf(value: unknown): unknown {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) return value;
  try {
    return JSON.parse(typeof value === "string" ? value : decoder.decode(value)) as unknown;
  } catch {
    // The parser's own message quotes the text.
    throw new DataError("FHIR_INVALID", "The value is not JSON");
  }
}
