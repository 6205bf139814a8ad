import type { FrontAnswer, FrontRequest } from "./front.ts";

export interface BundleEntry {
  readonly resource?: Record<string, unknown>;
  readonly request: { readonly method: string; readonly url: string; readonly ifMatch?: string };
}

/** The entries of a Bundle that is posted; undefined for other requests. */
export function entriesOf({ method, body }: FrontRequest): readonly BundleEntry[] | undefined {
  if (method !== "POST" || !body.startsWith("{")) return undefined;
  const bundle = JSON.parse(body) as { readonly type?: string; readonly entry?: BundleEntry[] };
  return bundle.type === "batch" || bundle.type === "transaction"
    ? (bundle.entry ?? [])
    : undefined;
}

export const bundleTypeOf = ({ body }: FrontRequest): string =>
  (JSON.parse(body) as { readonly type: string }).type;

export interface EntryOutcome {
  readonly status: string;
  readonly code: string;
  readonly text?: string;
}

/**
 * Answers some entries of a batch itself and lets the server behind have the others; the answers are put together in order. `judge`
 * returns the outcome of an entry that is not let through.
 */
export async function withoutSome(
  request: FrontRequest,
  forward: (request: FrontRequest) => Promise<FrontAnswer>,
  judge: (entry: BundleEntry, index: number) => EntryOutcome | undefined,
): Promise<FrontAnswer> {
  const entries = entriesOf(request);
  if (!entries) return forward(request);
  const judged = entries.map(judge);
  const passed = entries.filter((_, index) => judged[index] === undefined);
  const bundle = JSON.parse(request.body) as object;
  const answer =
    passed.length === 0
      ? {
          status: 200,
          body: JSON.stringify({ resourceType: "Bundle", type: "batch-response", entry: [] }),
        }
      : await forward({ ...request, body: JSON.stringify({ ...bundle, entry: passed }) });
  if (answer.status !== 200) return answer;
  const answers = (JSON.parse(answer.body) as { readonly entry: readonly unknown[] }).entry;
  let next = 0;
  const entry = judged.map((outcome) => {
    if (outcome === undefined) return answers[next++];
    const issue = [
      {
        severity: "error",
        code: outcome.code,
        ...(outcome.text === undefined ? {} : { diagnostics: outcome.text }),
      },
    ];
    return {
      response: { status: outcome.status, outcome: { resourceType: "OperationOutcome", issue } },
    };
  });
  return {
    status: 200,
    body: JSON.stringify({ resourceType: "Bundle", type: "batch-response", entry }),
  };
}
