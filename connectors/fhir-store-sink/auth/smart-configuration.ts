import { HttpRequestError } from "#lib/http-request";
import type { HttpAnswer, HttpClient } from "#lib/http-request";
import { parsedObject } from "#lib/fhir-store";
import { TokenRefusedError, TokenUnavailableError } from "#lib/oauth";

/** The token endpoint that a server names in `.well-known/smart-configuration`. Source: SMART App Launch 2.0. */
export async function smartTokenUrl(client: HttpClient, baseUrl: URL): Promise<URL> {
  const base = baseUrl.href.replace(/\/+$/, "");
  let answer: HttpAnswer;
  try {
    answer = await client.send({
      method: "GET",
      url: new URL(`${base}/.well-known/smart-configuration`),
      headers: { accept: "application/json" },
    });
  } catch (cause) {
    if (!(cause instanceof HttpRequestError)) throw cause;
    throw new TokenUnavailableError(`The SMART configuration gave no answer (${cause.reason})`, {
      cause,
    });
  }
  if (answer.status >= 500) {
    throw new TokenUnavailableError(`The SMART configuration answered ${answer.status}`);
  }
  const { token_endpoint: endpoint } = (parsedObject(answer.body) ?? {}) as {
    readonly token_endpoint?: unknown;
  };
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) {
    throw new TokenRefusedError(
      "The server names no token endpoint (.well-known/smart-configuration): set fhir.auth.token.url",
    );
  }
  return new URL(endpoint);
}
