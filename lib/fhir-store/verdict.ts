import { isMissingReference, issueCodes, outcomeWithoutTexts } from "./operation-outcome.ts";
import { StoreSetupError, WriteRefusedError } from "./store.ts";

/** What an answer means for one resource, or for all of a Bundle. */
export type Verdict =
  | { readonly kind: "done"; readonly etag: string | undefined }
  /** The same may succeed later. */
  | { readonly kind: "retry"; readonly what: string }
  /** The store asks for less. */
  | { readonly kind: "throttled"; readonly what: string; readonly retryAfterMs: number | undefined }
  /** Somebody else wrote it meanwhile: look again. */
  | { readonly kind: "conflict"; readonly what: string }
  | { readonly kind: "missing-reference"; readonly what: string }
  | { readonly kind: "unauthorized" }
  /** Too much at once: less may pass. */
  | { readonly kind: "too-large"; readonly what: string }
  | { readonly kind: "refused"; readonly error: WriteRefusedError }
  | { readonly kind: "setup"; readonly error: StoreSetupError };

export interface Answered {
  readonly status: number;
  readonly outcome?: unknown;
  readonly etag?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What was asked for, as far as it changes what an answer means. */
export interface Asked {
  readonly method: "PUT" | "DELETE" | "Bundle";
  readonly hasIfMatch?: boolean;
  readonly isConditional?: boolean;
}

/** Reads an answer by its status and the codes of its OperationOutcome. */
export function verdictOf(
  { status, outcome, etag, retryAfterMs }: Answered,
  { method, hasIfMatch = false, isConditional = false }: Asked,
): Verdict {
  if ((status >= 200 && status < 300) || status === 304) return { kind: "done", etag };
  const codes = issueCodes(outcome);
  const what = `${status} ${outcomeWithoutTexts(outcome)}`.trim();
  if (status === 429 || status === 503 || codes.includes("throttled")) {
    return { kind: "throttled", what, retryAfterMs };
  }
  if (status === 401) return { kind: "unauthorized" };
  if (method === "DELETE" && (status === 404 || status === 410)) return { kind: "done", etag };
  if (status >= 400 && status < 500 && isMissingReference(outcome)) {
    return { kind: "missing-reference", what };
  }
  const isTooMuch = status === 413 || codes.includes("too-costly") || codes.includes("too-long");
  if (isTooMuch && status < 500) return { kind: "too-large", what };
  switch (status) {
    case 408:
    case 423:
    case 425:
      return { kind: "retry", what };
    case 409:
    case 410:
      return { kind: "conflict", what };
    case 412:
      // Without If-Match it is the search of a conditional update that found several.
      return hasIfMatch || !isConditional
        ? { kind: "conflict", what }
        : refused("FHIR_STORE_MULTIPLE_MATCHES", what);
    case 404:
      // Azure's answer when If-Match meets a resource that is gone.
      if (hasIfMatch) return { kind: "conflict", what };
      return setup(
        method === "PUT" ? "FHIR_STORE_NO_UPDATE_CREATE" : "FHIR_STORE_NOT_FOUND",
        method === "PUT"
          ? `The FHIR server does not create a resource under an id that it is given (${what}): allow update-create there`
          : `The FHIR server has nothing at this address (${what}): check it`,
      );
    case 403:
    case 405:
    case 501:
      return setup(
        "FHIR_STORE_NOT_ALLOWED",
        `The FHIR server does not allow it (${what}): check role, scopes and what the server supports`,
      );
    default:
  }
  if (status >= 300 && status < 400) {
    return setup(
      "FHIR_STORE_REDIRECTS",
      `The FHIR server redirects (${status}), and credentials are not taken elsewhere: set its final address`,
    );
  }
  return status >= 500 ? { kind: "retry", what } : refused("FHIR_STORE_REFUSED", what);
}

function refused(code: string, what: string): Verdict {
  return {
    kind: "refused",
    error: new WriteRefusedError(code, `The FHIR server refuses the resource (${what})`),
  };
}

function setup(code: string, message: string): Verdict {
  return { kind: "setup", error: new StoreSetupError(code, message) };
}

/**
 * How long the store wants to be left alone, in milliseconds: the larger of `Retry-After` (seconds or a date) and
 * Azure's `x-ms-retry-after-ms`; undefined when it says nothing.
 */
export function retryAfterOf(
  header: (name: string) => string | undefined,
  now: () => number = Date.now,
): number | undefined {
  const seconds = header("retry-after");
  const ms = Number(header("x-ms-retry-after-ms") ?? Number.NaN);
  const asked = seconds === undefined ? Number.NaN : Number(seconds) * 1000;
  const until = Number.isNaN(asked) ? Date.parse(seconds ?? "") - now() : asked;
  const found = [ms, until].filter((each) => Number.isFinite(each) && each >= 0);
  return found.length === 0 ? undefined : Math.max(...found);
}
