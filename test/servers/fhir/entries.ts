import type { FrontAnswer, FrontRequest } from "./front.ts";

export interface BundleEntry {
  readonly resource?: Record<string, unknown>;
  readonly request: { readonly method: string; readonly url: string; readonly ifMatch?: string };
}

/** The entries of a Bundle that is posted; undefined for other requests. */
export function entriesOf({ method, body }: FrontRequest): readonly BundleEntry[] | undefined {
  if (method !== "POST" || !body.startsWith('{"resourceType":"Bundle"')) return undefined;
  const bundle = JSON.parse(body) as { readonly entry?: BundleEntry[] };
  return bundle.entry ?? [];
}

export const bundleTypeOf = ({ body }: FrontRequest): string =>
  (JSON.parse(body) as { readonly type: string }).type;

/** What a front answers to an entry in the place of the server behind. */
export interface EntryOutcome {
  readonly status: string;
  /** Of an OperationOutcome. */
  readonly code?: string;
  readonly text?: string;
  readonly resource?: unknown;
  readonly etag?: string;
}

type Judge = (
  entry: BundleEntry,
  index: number,
) => EntryOutcome | undefined | Promise<EntryOutcome | undefined>;

/**
 * Answers some entries of a batch itself and lets the server behind have the others; the answers are put together in
 * order. `judge` returns the outcome of an entry that is not let through.
 */
export async function withoutSome(
  request: FrontRequest,
  forward: (request: FrontRequest) => Promise<FrontAnswer>,
  judge: Judge,
): Promise<FrontAnswer> {
  const entries = entriesOf(request);
  if (!entries) return forward(request);
  const judged: (EntryOutcome | undefined)[] = [];
  for (const [index, entry] of entries.entries()) judged.push(await judge(entry, index));
  const passed = entries.filter((_, index) => judged[index] === undefined);
  const bundle = JSON.parse(request.body) as object;
  const answer =
    passed.length === 0
      ? batchResponse([])
      : await forward({ ...request, body: JSON.stringify({ ...bundle, entry: passed }) });
  if (answer.status !== 200) return answer;
  const answers = (JSON.parse(answer.body) as { readonly entry: readonly unknown[] }).entry;
  let next = 0;
  return batchResponse(
    judged.map((outcome) => (outcome === undefined ? answers[next++] : entryOf(outcome))),
  );
}

function entryOf({ status, code, text, resource, etag }: EntryOutcome): unknown {
  const issue = [{ severity: "error", code, ...(text === undefined ? {} : { diagnostics: text }) }];
  return {
    ...(resource === undefined ? {} : { resource }),
    response: {
      status,
      ...(etag === undefined ? {} : { etag }),
      ...(code === undefined ? {} : { outcome: { resourceType: "OperationOutcome", issue } }),
    },
  };
}

function batchResponse(entry: readonly unknown[]): FrontAnswer {
  return {
    status: 200,
    body: JSON.stringify({ resourceType: "Bundle", type: "batch-response", entry }),
  };
}

/** All literal references (`Patient/1`) in a resource. */
export function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "reference" && typeof member === "string" && /^[A-Z]\w+\/[^/]+$/.test(member)
      ? [member]
      : referencesIn(member),
  );
}
