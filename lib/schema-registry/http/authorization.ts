import { RegistryError } from "../registry-error.ts";

/** Where the Authorization header comes from. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly userInfo: string }
  | { readonly kind: "token"; readonly token: string }
  | {
      readonly kind: "oauth";
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string;
      /** Seconds before its end at which a token is no longer used. */
      readonly bufferSeconds: number;
    };

/** The header's value at each request; an OAuth token is fetched anew before it runs out. */
export function authorizationOf(credentials: Credentials): () => Promise<string | undefined> {
  switch (credentials.kind) {
    case "none":
      return () => Promise.resolve(undefined);
    case "basic": {
      const value = `Basic ${Buffer.from(credentials.userInfo).toString("base64")}`;
      return () => Promise.resolve(value);
    }
    case "token":
      return () => Promise.resolve(`Bearer ${credentials.token}`);
    case "oauth":
      return oauth(credentials);
  }
}

function oauth(credentials: Extract<Credentials, { kind: "oauth" }>) {
  let token: Promise<string> | undefined;
  let expiresAt = 0;
  return async (): Promise<string> => {
    if (!token || Date.now() >= expiresAt) {
      expiresAt = Infinity;
      token = fetchToken(credentials).then(
        ({ value, seconds }) => {
          expiresAt =
            Date.now() + Math.max(seconds - credentials.bufferSeconds, seconds / 2) * 1000;
          return `Bearer ${value}`;
        },
        (error: unknown) => {
          token = undefined;
          throw error;
        },
      );
    }
    return token;
  };
}

async function fetchToken({
  tokenUrl,
  clientId,
  clientSecret,
  scope,
}: Extract<Credentials, { kind: "oauth" }>): Promise<{ value: string; seconds: number }> {
  const unavailable = (why: string): RegistryError =>
    new RegistryError("REGISTRY_UNAVAILABLE", `No token for the schema registry: ${why}`);
  const body = new URLSearchParams({ grant_type: "client_credentials" });
  if (scope !== "") body.set("scope", scope);
  const response = await fetch(tokenUrl, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
    },
    body,
    signal: AbortSignal.timeout(30_000),
  }).catch(() => {
    throw unavailable("the issuer could not be reached");
  });
  if (response.status === 400 || response.status === 401 || response.status === 403) {
    throw new RegistryError("REGISTRY_REFUSED", `The token issuer answered ${response.status}`);
  }
  if (!response.ok) throw unavailable(`the issuer answered ${response.status}`);
  const answer = (await response.json().catch(() => ({}))) as {
    access_token?: string;
    expires_in?: number;
  };
  if (!answer.access_token) throw unavailable("the issuer's answer has none");
  return { value: answer.access_token, seconds: answer.expires_in ?? 300 };
}
