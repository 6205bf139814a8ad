import { entriesOf, withoutSome } from "./entries.ts";
import type { BundleEntry, EntryOutcome } from "./entries.ts";
import { outcomeAnswer, startFront } from "./front.ts";
import type { Front, FrontAnswer, FrontRequest } from "./front.ts";
import { startMedplum } from "./medplum.ts";
import type { MedplumServer } from "./medplum.ts";

export interface TokenRequest {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: FrontRequest["headers"];
}

/**
 * What is believed of Azure Health Data Services, before Medplum's router: Entra's token endpoint, instance metadata, 500
 * entries, throttling with both headers, soft and hard delete, no new version for the same content. All of that is ours, after
 * Microsoft's documentation and the sources of microsoft/fhir-server; resources, versions and If-Match are Medplum's.
 */
export interface AzureFacade {
  readonly front: Front;
  readonly medplum: MedplumServer;
  readonly tokenRequests: readonly TokenRequest[];
  /** Seconds that a new token holds. */
  tokenSeconds: number;
  /** Tokens given so far are refused from now on. */
  withdrawTokens(): void;
  /** From this entry of a Bundle on everything is throttled; undefined: nothing is. */
  throttleFrom: (entries: readonly BundleEntry[]) => number | undefined;
  /** Resources that were deleted so that nothing of them is left. */
  readonly hardDeleted: readonly string[];
  stop(): Promise<void>;
}

export async function startAzure(): Promise<AzureFacade> {
  const medplum = await startMedplum();
  const tokenRequests: TokenRequest[] = [];
  const tokens = new Set<string>();
  /** The last state of what was deleted softly. */
  const deleted = new Map<string, unknown>();
  const hardDeleted: string[] = [];

  const giveToken = (request: FrontRequest): FrontAnswer => {
    const form = Object.fromEntries(new URLSearchParams(request.body));
    tokenRequests.push({ path: request.path, form, headers: request.headers });
    const value = `invented-entra-token-${tokenRequests.length}`;
    tokens.add(value);
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        access_token: value,
        expires_in: String(facade.tokenSeconds),
        token_type: "Bearer",
      }),
    };
  };

  const judge = async (
    { request: { method, url }, resource }: BundleEntry,
    index: number,
    throttledFrom: number | undefined,
  ): Promise<EntryOutcome | undefined> => {
    if (throttledFrom !== undefined && index >= throttledFrom) {
      return { status: "429", code: "throttled", text: "MARKER" };
    }
    const [path = "", query = ""] = url.split("?");
    const [type = "", id = "", history] = path.split("/");
    const key = `${type}/${id}`;
    const stored = await medplum.read(type, id);
    if (method === "GET" && deleted.has(key)) {
      if (history === undefined) return { status: "410", code: "deleted" };
      const entry = [{ request: { method: "DELETE", url: key } }, { resource: deleted.get(key) }];
      return { status: "200", resource: { resourceType: "Bundle", type: "history", entry } };
    }
    if (method === "DELETE") {
      if (query === "hardDelete=true") hardDeleted.push(key);
      else if (stored) deleted.set(key, stored);
      return stored ? undefined : { status: "204" };
    }
    if (method !== "PUT") return undefined;
    deleted.delete(key);
    if (stored && contentOf(stored) === contentOf(resource)) {
      const { versionId } = stored["meta"] as { readonly versionId: string };
      return { status: "200", etag: `W/"${versionId}"` };
    }
    return undefined;
  };

  const handle = async (
    request: FrontRequest,
    forward: (request: FrontRequest) => Promise<FrontAnswer>,
  ): Promise<FrontAnswer> => {
    const { path, headers } = request;
    if (path.endsWith("/oauth2/v2.0/token") || path.startsWith("/metadata/identity/")) {
      return giveToken(request);
    }
    const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (!tokens.has(token) && token !== "invented-static-token") {
      return outcomeAnswer(401, "login");
    }
    const entries = entriesOf(request);
    if (!entries) return forward(request);
    if (entries.length > 500) {
      return outcomeAnswer(400, "invalid", "The number of entries in the bundle exceeded 500.");
    }
    const throttledFrom = facade.throttleFrom(entries);
    return withoutSome(withPlainDeletes(request), forward, (entry, index) =>
      judge(entries[index] ?? entry, index, throttledFrom),
    );
  };
  const front = await startFront({ backend: medplum.url, handle });
  const facade: AzureFacade = {
    front,
    medplum,
    tokenRequests,
    tokenSeconds: 3600,
    withdrawTokens: () => tokens.clear(),
    throttleFrom: () => undefined,
    hardDeleted,
    async stop() {
      await front.stop();
      await medplum.stop();
    },
  };
  return facade;
}

/** The server behind knows nothing of `hardDelete`. */
const withPlainDeletes = (request: FrontRequest): FrontRequest => ({
  ...request,
  body: request.body.replaceAll("?hardDelete=true", ""),
});

/** A resource without what the server adds. */
function contentOf(resource: Record<string, unknown> | undefined): string {
  const { meta: _meta, ...content } = resource ?? {};
  return JSON.stringify(Object.entries(content).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
