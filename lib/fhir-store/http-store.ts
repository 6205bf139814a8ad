import { HttpRequestError } from "#lib/http-request";
import type { HttpAnswer, HttpClient } from "#lib/http-request";
import { TokenRefusedError, TokenUnavailableError } from "#lib/oauth";
import type { TokenSource } from "#lib/oauth";
import { StoreSetupError, StoreUnreachableError } from "./store.ts";
import type { FhirStore, StoreAnswer, StoreRequest } from "./store.ts";

/** How a request says who sends it. */
export type Authorization =
  | { readonly kind: "none" }
  | { readonly kind: "header"; readonly value: string }
  | { readonly kind: "token"; readonly source: TokenSource };

export interface HttpStoreOptions {
  /** Base of the server; what follows it is appended after a slash. */
  readonly baseUrl: URL;
  readonly client: HttpClient;
  readonly authorization: Authorization;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A FHIR R4 server over HTTP. Credentials go to its own address alone: a redirect is never followed. */
export function httpStore({
  baseUrl,
  client,
  authorization,
  headers = {},
}: HttpStoreOptions): FhirStore {
  const base = baseUrl.href.replace(/\/+$/, "");
  const once = (request: StoreRequest, token: string | undefined): Promise<HttpAnswer> => {
    const own = authorization.kind === "header" ? authorization.value : undefined;
    const shown = token === undefined ? own : `Bearer ${token}`;
    return client.send({
      method: request.method,
      url: new URL(request.path === "" ? base : `${base}/${request.path}`),
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      headers: {
        accept: "application/fhir+json",
        // The resources that come back would only be thrown away.
        ...(request.method === "GET" ? {} : { prefer: "return=minimal" }),
        ...(request.body === undefined ? {} : { "content-type": "application/fhir+json" }),
        ...(request.ifMatch === undefined ? {} : { "if-match": request.ifMatch }),
        ...(shown === undefined ? {} : { authorization: shown }),
        ...headers,
      },
    });
  };
  return {
    async request(request): Promise<StoreAnswer> {
      try {
        if (authorization.kind !== "token") return await once(request, undefined);
        const { source } = authorization;
        const token = await source.token();
        const answer = await once(request, token);
        if (answer.status !== 401) return answer;
        // Nothing was done: a token may have been withdrawn before its time, so one new one is tried.
        source.refused(token);
        return await once(request, await source.token());
      } catch (cause) {
        if (cause instanceof HttpRequestError) {
          throw new StoreUnreachableError(cause.reason, { cause });
        }
        if (cause instanceof TokenUnavailableError) {
          throw new StoreUnreachableError("no token", { cause });
        }
        if (cause instanceof TokenRefusedError) {
          throw new StoreSetupError("FHIR_STORE_TOKEN_REFUSED", cause.message, { cause });
        }
        throw cause;
      }
    },
    close: () => client.close(),
  };
}
