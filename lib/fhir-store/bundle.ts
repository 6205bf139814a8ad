import type { Answered } from "./verdict.ts";

export interface EntryRequest {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly url: string;
  /** JSON text of the resource, put in as it is. */
  readonly body?: string | undefined;
  readonly ifMatch?: string | undefined;
}

/** The text of a Bundle. Resources go in as they came, so numbers keep their digits. */
export function bundleText(
  type: "batch" | "transaction",
  entries: readonly EntryRequest[],
): string {
  const texts = entries.map(({ method, url, body, ifMatch }) => {
    const request = JSON.stringify({ method, url, ...(ifMatch === undefined ? {} : { ifMatch }) });
    return body === undefined
      ? `{"request":${request}}`
      : `{"resource":${body},"request":${request}}`;
  });
  return `{"resourceType":"Bundle","type":"${type}","entry":[${texts.join(",")}]}`;
}

/** The answer to one entry. */
export interface EntryAnswer extends Answered {
  readonly resource: unknown;
}

interface AnswerEntry {
  readonly resource?: unknown;
  readonly response?: {
    readonly status?: unknown;
    readonly etag?: unknown;
    readonly location?: unknown;
    readonly outcome?: unknown;
  };
}

/** The answers to the entries, in their order; undefined when the text is no whole answer to `count` entries. */
export function entryAnswers(text: string, count: number): readonly EntryAnswer[] | undefined {
  const bundle = parsedObject(text) as { readonly entry?: unknown } | undefined;
  if (!Array.isArray(bundle?.entry) || bundle.entry.length !== count) return undefined;
  const answers = (bundle.entry as readonly (AnswerEntry | null)[]).map((entry) =>
    entryAnswer(entry ?? {}),
  );
  return answers.every((answer) => answer !== undefined) ? answers : undefined;
}

function entryAnswer({ resource, response }: AnswerEntry): EntryAnswer | undefined {
  // "201 Created": the status is the first three digits, whatever text follows.
  const status = /^\s*(\d{3})/.exec(String(response?.status ?? ""))?.[1];
  if (status === undefined) return undefined;
  return {
    status: Number(status),
    resource,
    // Some servers put the outcome where the resource would be.
    outcome: response?.outcome ?? (isOutcome(resource) ? resource : undefined),
    etag: etagOf(response ?? {}, resource),
  };
}

/** The entity tag, or one made of the version that the location (absolute or relative) or the resource names. */
function etagOf(
  { etag, location }: NonNullable<AnswerEntry["response"]>,
  resource: unknown,
): string | undefined {
  // HAPI leaves out the quotes within a Bundle.
  if (typeof etag === "string" && etag !== "") return etag.endsWith('"') ? etag : `W/"${etag}"`;
  const version =
    typeof location === "string" ? /\/_history\/([^/?#]+)/.exec(location)?.[1] : undefined;
  return version === undefined ? etagOfResource(resource) : `W/"${version}"`;
}

/** The entity tag of a resource as the store shows it. Source: FHIR R4, "Version aware updates". */
export function etagOfResource(resource: unknown): string | undefined {
  if (typeof resource !== "object" || resource === null) return undefined;
  const { meta } = resource as { readonly meta?: { readonly versionId?: unknown } };
  return typeof meta?.versionId === "string" ? `W/"${meta.versionId}"` : undefined;
}

const isOutcome = (resource: unknown): boolean =>
  (resource as { readonly resourceType?: unknown } | undefined)?.resourceType ===
  "OperationOutcome";

/** A JSON object; undefined for everything else. */
export function parsedObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
