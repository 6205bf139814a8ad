import { ConfigError, RetriableError } from "#connect-api";
import type { ConnectionOptions } from "snowflake-sdk";
import {
  AUTHENTICATOR,
  DATABASE_NAME,
  LOGIN_TIMEOUT_MS,
  NON_PROXY_HOSTS,
  OAUTH_CLIENT_ID,
  OAUTH_CLIENT_SECRET,
  OAUTH_INCLUDE_SCOPE,
  OAUTH_REFRESH_TOKEN,
  OAUTH_SCOPE,
  OAUTH_TOKEN_ENDPOINT,
  PASSWORD,
  PRIVATE_KEY,
  PRIVATE_KEY_PASSPHRASE,
  PROXY_HOST,
  PROXY_PASSWORD,
  PROXY_PORT,
  PROXY_USERNAME,
  ROLE_NAME,
  SCHEMA_NAME,
  URL_NAME,
  USER_NAME,
  WAREHOUSE_NAME,
} from "./config.ts";
import { NotAuthorizedError } from "./errors.ts";
import { privateKeyPem } from "./private-key.ts";
import type { Settings } from "./settings.ts";
import { identifier } from "./table-names.ts";

type Values = Settings["values"];

/** Where an account is: its first label names it. */
export interface Endpoint {
  readonly account: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: "http" | "https";
}

/** Throws ConfigError for what is no address of an account. Source: Java's SnowflakeURL. */
export function endpointOf(url: string): Endpoint {
  const match = /^(?:(https?):\/\/)?((?:[\w-]+\.){2,}[\w-]+|localhost)(?::(\d{1,5}))?\/?$/i.exec(
    url.trim(),
  );
  const host = match?.[2]?.toLowerCase();
  if (!match || host === undefined) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `Invalid value ${url} for configuration ${URL_NAME}: it must look like account.snowflakecomputing.com:443`,
      { key: URL_NAME },
    );
  }
  const protocol = match[1]?.toLowerCase() === "http" ? "http" : "https";
  const port = match[3] === undefined ? (protocol === "http" ? 80 : 443) : Number(match[3]);
  return { account: host.split(".")[0] ?? host, host, port, protocol };
}

/**
 * What the driver logs in with. Made anew for every login: a key pair's token is then fresh, and so is an OAuth token.
 *
 * The driver's own retries of logins are off: the task has one rule for all of them.
 */
export async function connectionOptions(
  values: Values,
  signal: AbortSignal,
): Promise<ConnectionOptions> {
  const { account, host, port, protocol } = endpointOf(values[URL_NAME]);
  const named = (key: typeof ROLE_NAME | typeof WAREHOUSE_NAME): string | undefined => {
    const name = values[key];
    return name === null ? undefined : identifier(name);
  };
  const [role, warehouse] = [named(ROLE_NAME), named(WAREHOUSE_NAME)];
  return {
    account,
    host,
    port,
    protocol,
    username: values[USER_NAME],
    database: identifier(values[DATABASE_NAME]),
    schema: identifier(values[SCHEMA_NAME]),
    application: "clinical_connect",
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(await credentials(values, signal)),
    ...proxy(values),
    sfRetryMaxLoginRetries: 0,
    timeout: values[LOGIN_TIMEOUT_MS],
    rowMode: "array",
    fetchAsString: ["Number", "Date", "JSON"],
    disableConsoleLogin: true,
  } as ConnectionOptions;
}

async function credentials(values: Values, signal: AbortSignal): Promise<ConnectionOptions> {
  switch (values[AUTHENTICATOR].toLowerCase()) {
    case "oauth":
      return { authenticator: "OAUTH", token: await accessToken(values, signal) };
    case "password":
      return { authenticator: "SNOWFLAKE", password: values[PASSWORD]?.reveal() ?? "" };
    default: {
      const passphrase = values[PRIVATE_KEY_PASSPHRASE]?.reveal();
      const key = values[PRIVATE_KEY]?.reveal() ?? "";
      return {
        authenticator: "SNOWFLAKE_JWT",
        privateKey: privateKeyPem(key, passphrase === "" ? undefined : passphrase),
      };
    }
  }
}

/** Asks for an access token by refresh token or client credentials. Source: Java's OAuthTokenProvider. */
async function accessToken(values: Values, signal: AbortSignal): Promise<string> {
  const { host, port, protocol } = endpointOf(values[URL_NAME]);
  const own = `${protocol}://${host}:${port}/oauth/token-request`;
  const refreshToken = values[OAUTH_REFRESH_TOKEN]?.reveal();
  const role = values[ROLE_NAME];
  const scope = values[OAUTH_SCOPE] ?? (role === null ? undefined : `session:role:${role}`);
  const form = new URLSearchParams({
    ...(refreshToken
      ? { grant_type: "refresh_token", refresh_token: refreshToken }
      : { grant_type: "client_credentials" }),
    ...(values[OAUTH_INCLUDE_SCOPE] && scope !== undefined ? { scope } : {}),
  });
  const client = `${values[OAUTH_CLIENT_ID] ?? ""}:${values[OAUTH_CLIENT_SECRET]?.reveal() ?? ""}`;
  let answer: Response;
  try {
    answer = await fetch(values[OAUTH_TOKEN_ENDPOINT] ?? own, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(client).toString("base64")}` },
      body: form,
      signal: AbortSignal.any([signal, AbortSignal.timeout(values[LOGIN_TIMEOUT_MS])]),
    });
  } catch (cause) {
    throw new RetriableError("SNOWFLAKE_TOKEN_UNAVAILABLE", "The token endpoint gave no answer", {
      cause,
    });
  }
  if (answer.status >= 500 || answer.status === 429) {
    await answer.body?.cancel();
    throw new RetriableError(
      "SNOWFLAKE_TOKEN_UNAVAILABLE",
      `The token endpoint answered ${answer.status}`,
    );
  }
  const body = (await answer.json().catch(() => ({}))) as { readonly access_token?: unknown };
  if (typeof body.access_token !== "string") {
    throw new NotAuthorizedError("a token", String(answer.status), undefined);
  }
  return body.access_token;
}

function proxy(values: Values): ConnectionOptions {
  const host = values[PROXY_HOST];
  if (host === null) return {};
  const [user, password] = [values[PROXY_USERNAME], values[PROXY_PASSWORD]?.reveal()];
  const noProxy = values[NON_PROXY_HOSTS];
  return {
    proxyHost: host,
    proxyPort: Number(values[PROXY_PORT] ?? 80),
    ...(user === null ? {} : { proxyUser: user }),
    ...(password === undefined ? {} : { proxyPassword: password }),
    ...(noProxy === null ? {} : { noProxy }),
  };
}
