import { ConnectError, DataError } from "#connect-api";
import type { GoogleAnswer } from "#lib/google-healthcare";
import { retryAfterOf } from "#lib/fhir-store";
import { parseAck } from "#lib/hl7v2";
import type { Acknowledgment } from "#lib/hl7v2";

/** What became of a message. */
export type Ingested =
  | { readonly kind: "done" }
  | { readonly kind: "throttled"; readonly retryAfterMs: number | undefined }
  | { readonly kind: "retry"; readonly what: string }
  | { readonly kind: "refused"; readonly error: DataError }
  | { readonly kind: "setup"; readonly error: ConnectError };

interface Body {
  readonly hl7Ack?: unknown;
  readonly error?: { readonly details?: readonly { readonly hl7Nack?: unknown }[] };
}

/** Table 0357: duplicate key identifier. */
const DUPLICATE = "205";

/**
 * Reads the answer to `messages.ingest`: the status, and the acknowledgment in it. A message that is there already
 * counts as done. Source: Cloud Healthcare API v1, IngestMessageResponse and IngestMessageErrorDetail.
 */
export function ingestedOf(answer: GoogleAnswer): Ingested {
  const { status } = answer;
  const body = bodyOf(answer.body);
  const ack =
    ackOf(body.hl7Ack) ?? body.error?.details?.map(({ hl7Nack }) => ackOf(hl7Nack)).find(Boolean);
  if (status === 409 || ack?.errorCodes.includes(DUPLICATE)) return { kind: "done" };
  if (status === 429 || status === 503) {
    return { kind: "throttled", retryAfterMs: retryAfterOf(answer.header) };
  }
  if (ack && /^[AC][ER]$/.test(ack.code)) return refused("HL7V2_STORE_NACK", ack, status);
  if (status >= 200 && status < 300) {
    // Without a readable acknowledgment nobody has taken the message.
    return ack && /^[AC]A$/.test(ack.code)
      ? { kind: "done" }
      : { kind: "retry", what: "no acknowledgment" };
  }
  if (status === 401 || status === 403 || status === 404) {
    const message = `Google answers ${status}: check the store's name, the credentials, and the role Healthcare HL7v2 Message Ingest`;
    return { kind: "setup", error: new ConnectError("HL7V2_STORE_NOT_ALLOWED", message) };
  }
  if (status >= 500 || status === 408) return { kind: "retry", what: String(status) };
  return refused("HL7V2_STORE_REFUSED", undefined, status);
}

function refused(code: string, ack: Acknowledgment | undefined, status: number): Ingested {
  // Codes of tables 0008 and 0357 only; texts could quote the message.
  const codes = [ack?.code ?? "", ...(ack?.errorCodes ?? [])].filter((each) =>
    /^\w{2,4}$/.test(each),
  );
  const told = [String(status), ...codes].join(", ");
  const message = `The HL7v2 store refuses the message (${told})`;
  return { kind: "refused", error: new DataError(code, message) };
}

function bodyOf(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Body) : {};
  } catch {
    return {};
  }
}

function ackOf(base64: unknown): Acknowledgment | undefined {
  if (typeof base64 !== "string") return undefined;
  try {
    return parseAck(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}
