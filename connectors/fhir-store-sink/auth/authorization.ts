import { ConfigError } from "#connect-api";
import type { ConfigValues } from "#connect-api";
import type { Authorization } from "#lib/fhir-store";
import type { HttpClient } from "#lib/http-request";
import { clientAssertion, clientCredentialsToken, privateKeyOf, tokenCache } from "#lib/oauth";
import type { AssertionAlgorithm } from "#lib/oauth";
import {
  AUTH_PASSWORD,
  AUTH_TOKEN,
  AUTH_TYPE,
  AUTH_USERNAME,
  CLIENT_ID,
  CLIENT_SECRET,
  CLIENT_SECRET_IN,
  KEY_ALGORITHM,
  KEY_ID,
  PRIVATE_KEY,
  PRIVATE_KEY_PASSPHRASE,
  SCOPE,
  TOKEN_URL,
} from "./config.ts";
import type { authKeys } from "./config.ts";
import { smartTokenUrl } from "./smart-configuration.ts";

export type AuthValues = ConfigValues<typeof authKeys>;

/** Keys that each way of authorization needs. */
const NEEDED: Readonly<Record<string, readonly (keyof typeof authKeys)[]>> = {
  basic: [AUTH_USERNAME, AUTH_PASSWORD],
  bearer: [AUTH_TOKEN],
  oauth2: [TOKEN_URL, CLIENT_ID, CLIENT_SECRET],
  smart: [CLIENT_ID, PRIVATE_KEY],
};

/** What the settings say of authorization. Throws ConfigError on the key that is missing or cannot be read. */
export function authorizationOf(
  values: AuthValues,
  baseUrl: URL,
  client: HttpClient,
): Authorization {
  const type = values[AUTH_TYPE];
  for (const key of NEEDED[type] ?? []) {
    if (values[key] === null || values[key] === "") {
      throw new ConfigError("CONFIG_INVALID", `Missing: ${AUTH_TYPE}=${type} needs ${key}`, {
        key,
      });
    }
  }
  const scope = values[SCOPE] ?? undefined;
  const clientId = values[CLIENT_ID] ?? "";
  switch (type) {
    case "basic": {
      const pair = `${values[AUTH_USERNAME]}:${values[AUTH_PASSWORD]?.reveal()}`;
      return { kind: "header", value: `Basic ${Buffer.from(pair).toString("base64")}` };
    }
    case "bearer":
      return { kind: "header", value: `Bearer ${values[AUTH_TOKEN]?.reveal()}` };
    case "oauth2": {
      const tokenUrl = urlOf(TOKEN_URL, values[TOKEN_URL] ?? "");
      const place = values[CLIENT_SECRET_IN] === "form" ? "form" : "header";
      const proof = { secret: values[CLIENT_SECRET]?.reveal() ?? "", in: place } as const;
      return {
        kind: "token",
        source: tokenCache(() =>
          clientCredentialsToken(client, { tokenUrl, clientId, scope, proof }),
        ),
      };
    }
    case "smart":
      return smart(values, { baseUrl, client, clientId });
    default:
      return { kind: "none" };
  }
}

/** Source: SMART App Launch 2.0, "Backend Services". */
function smart(
  values: AuthValues,
  {
    baseUrl,
    client,
    clientId,
  }: { readonly baseUrl: URL; readonly client: HttpClient; readonly clientId: string },
): Authorization {
  const privateKey = readKey(values);
  const given = values[TOKEN_URL] === null ? undefined : urlOf(TOKEN_URL, values[TOKEN_URL]);
  let known = given;
  const fetchToken = async () => {
    const tokenUrl = (known ??= await smartTokenUrl(client, baseUrl));
    const assertion = (): string =>
      clientAssertion({
        clientId,
        audience: tokenUrl.href,
        privateKey,
        algorithm: values[KEY_ALGORITHM] as AssertionAlgorithm,
        ...(values[KEY_ID] === null ? {} : { header: { kid: values[KEY_ID] } }),
      });
    const scope = values[SCOPE] ?? "system/*.cruds";
    return clientCredentialsToken(client, { tokenUrl, clientId, scope, proof: { assertion } });
  };
  return { kind: "token", source: tokenCache(fetchToken) };
}

function readKey(values: AuthValues) {
  try {
    return privateKeyOf(
      values[PRIVATE_KEY]?.reveal() ?? "",
      values[PRIVATE_KEY_PASSPHRASE]?.reveal(),
    );
  } catch (error) {
    throw new ConfigError("CONFIG_INVALID", (error as Error).message, { key: PRIVATE_KEY });
  }
}

/** An absolute address of http or https; throws ConfigError. */
export function urlOf(key: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    const why =
      "an address such as https://fhir.example.org/fhir is expected, without user and password in it";
    throw new ConfigError("CONFIG_INVALID", `Invalid value for configuration ${key}: ${why}`, {
      key,
    });
  }
  return url;
}
