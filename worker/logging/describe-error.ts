import { ConnectError } from "#connect-api";
import { RecordLogError } from "#broker";
import { withoutHiddenValues } from "./hidden-values.ts";

/** Errors whose messages are written by rule without values from a record. */
const SAFE_CODES = new Set(["Hl7ParseError", "HerderError"]);

function isSafe(error: Error): boolean {
  return (
    error instanceof ConnectError || error instanceof RecordLogError || SAFE_CODES.has(error.name)
  );
}

/**
 * A system call's failure (`EADDRINUSE`) or a fault in Node's own modules: codes that name no value. The
 * message of any other foreign error may quote a record, so only its class is shown.
 */
function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : "";
}

/** One sentence for an error, safe to show: `RETRY_LATER: The store is busy` or `TypeError (code)`. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = codeOf(error);
  if (isSafe(error)) return withoutHiddenValues(error.message);
  return code === "" ? error.name : `${error.name} ${code}`;
}

/**
 * An error with its stack and causes, as status traces and dead letter headers show it, without the
 * messages that foreign code wrote.
 */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && depth < 5; depth += 1) {
    if (depth > 0) lines.push(`Caused by: ${headline(current)}`);
    else lines.push(headline(current));
    if (!(current instanceof Error)) break;
    lines.push(...frames(current));
    current = current.cause;
  }
  return lines.join("\n");
}

function headline(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = codeOf(error);
  const name = code === "" ? error.name : `${error.name} ${code}`;
  return isSafe(error) ? `${name}: ${withoutHiddenValues(error.message)}` : name;
}

/** Lines of the stack below the message, which may itself have several lines. */
function frames(error: Error): string[] {
  return (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
}
