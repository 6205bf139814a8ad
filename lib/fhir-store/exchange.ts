import { bundleText, entryAnswers, etagOfResource, parsedObject } from "./bundle.ts";
import type { EntryAnswer, EntryRequest } from "./bundle.ts";
import { StoreUnreachableError } from "./store.ts";
import type { FhirStore } from "./store.ts";
import { retryAfterOf, verdictOf } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

/** How resources go to the store: side by side in a Bundle, all or nothing in a Bundle, or each by itself. */
export type Interaction = "batch" | "transaction" | "single";

/** An answer for each entry, or one for all of them. */
export type Exchanged =
  | { readonly answers: readonly EntryAnswer[]; readonly retryAfterMs: number | undefined }
  | { readonly whole: Verdict };

/** Asks the store once for all entries. Throws StoreUnreachableError. */
export async function exchange(
  store: FhirStore,
  interaction: Interaction,
  entries: readonly EntryRequest[],
  signal: AbortSignal,
): Promise<Exchanged> {
  if (interaction === "single") return single(store, entries[0] as EntryRequest, signal);
  const body = bundleText(interaction, entries);
  const answer = await store.request({ method: "POST", path: "", body, signal });
  const retryAfterMs = retryAfterOf(answer.header);
  if (answer.status >= 200 && answer.status < 300) {
    const answers = entryAnswers(answer.body, entries.length);
    // What the store did is unknown then, as it is without an answer.
    if (!answers) throw new StoreUnreachableError("incomplete answer");
    return { answers, retryAfterMs };
  }
  const outcome = parsedObject(answer.body);
  const hasIfMatch = entries.some(({ ifMatch }) => ifMatch !== undefined);
  const isConditional = entries.some(({ url }) => url.includes("?"));
  return {
    whole: verdictOf(
      { status: answer.status, outcome, retryAfterMs },
      { method: "Bundle", hasIfMatch: hasIfMatch && answer.status === 412, isConditional },
    ),
  };
}

async function single(
  store: FhirStore,
  { method, url, body, ifMatch }: EntryRequest,
  signal: AbortSignal,
): Promise<Exchanged> {
  const answer = await store.request({
    method,
    path: url,
    signal,
    ...(body === undefined ? {} : { body }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  });
  const parsed = parsedObject(answer.body);
  if (method === "GET" && answer.status === 200 && !parsed) {
    throw new StoreUnreachableError("incomplete answer");
  }
  const retryAfterMs = retryAfterOf(answer.header);
  const entry: EntryAnswer = {
    status: answer.status,
    resource: parsed,
    outcome: parsed,
    etag: answer.header("etag") ?? etagOfResource(parsed),
    retryAfterMs,
  };
  return { answers: [entry], retryAfterMs };
}
