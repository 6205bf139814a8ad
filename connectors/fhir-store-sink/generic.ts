import type { Props } from "#connect-api";
import { httpStore } from "#lib/fhir-store";
import { httpClient } from "#lib/http-request";
import { authorizationOf, urlOf } from "./auth/authorization.ts";
import { TOKEN_URL } from "./auth/config.ts";
import { checkPlaintext, tlsOf } from "./auth/tls.ts";
import { BUNDLE_BYTES, REQUEST_TIMEOUT_MS, SERVER_URL, configDef } from "./config.ts";
import { writingSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** Settings for any FHIR R4 server. Throws ConfigError. */
export function genericSettings(props: Props): Settings {
  const values = configDef.parse(props);
  const baseUrl = urlOf(SERVER_URL, values[SERVER_URL]);
  checkPlaintext(SERVER_URL, baseUrl, values);
  const tokenUrl = values[TOKEN_URL];
  if (tokenUrl !== null) checkPlaintext(TOKEN_URL, urlOf(TOKEN_URL, tokenUrl), values);
  const client = httpClient({ timeoutMs: values[REQUEST_TIMEOUT_MS], tls: tlsOf(values) });
  const authorization = authorizationOf(values, baseUrl, client);
  return {
    ...writingSettings(values, { entries: 4500, bytes: values[BUNDLE_BYTES] }),
    openStore: () => httpStore({ baseUrl, client, authorization }),
  };
}
