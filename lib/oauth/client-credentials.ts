import type { HttpClient } from "#lib/http-request";
import { CLIENT_ASSERTION_TYPE } from "./client-assertion.ts";
import type { Token } from "./token-cache.ts";
import { formRequest, requestToken } from "./token-request.ts";

export interface ClientCredentials {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly scope?: string | undefined;
  /** Secret with where it goes, or an assertion made anew for each request. */
  readonly proof:
    | { readonly secret: string; readonly in: "header" | "form" }
    | { readonly assertion: () => string | Promise<string> };
}

/** Source: RFC 6749, 4.4 (client credentials), and SMART Backend Services, which is the same with an assertion. */
export async function clientCredentialsToken(
  client: HttpClient,
  { tokenUrl, clientId, scope, proof }: ClientCredentials,
): Promise<Token> {
  const form: Record<string, string> = { grant_type: "client_credentials" };
  if (scope !== undefined && scope !== "") form["scope"] = scope;
  if ("assertion" in proof) {
    return requestToken(
      client,
      formRequest(tokenUrl, {
        ...form,
        client_id: clientId,
        client_assertion_type: CLIENT_ASSERTION_TYPE,
        client_assertion: await proof.assertion(),
      }),
    );
  }
  if (proof.in === "form") {
    return requestToken(
      client,
      formRequest(tokenUrl, { ...form, client_id: clientId, client_secret: proof.secret }),
    );
  }
  // Source: RFC 6749, 2.3.1: both parts are form-encoded before they are put together.
  const pair = [clientId, proof.secret].map(encodeURIComponent).join(":");
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  return requestToken(client, formRequest(tokenUrl, form, { authorization }));
}
