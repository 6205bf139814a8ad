import { HttpRequestError } from "#lib/http-request";
import type { HttpAnswer, HttpClient, HttpRequest } from "#lib/http-request";
import type { Token } from "./token-cache.ts";

/** The endpoint is not there for the moment: the same may succeed later. */
export class TokenUnavailableError extends Error {
  override readonly name = "TokenUnavailableError";
}

/** The endpoint refuses what it was given: a person must change it. */
export class TokenRefusedError extends Error {
  override readonly name = "TokenRefusedError";
}

/** Source: RFC 6749, 5.2; others are not repeated. */
const OAUTH_ERRORS: ReadonlySet<string> = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
  "invalid_target",
]);

/** Asks a token endpoint once. Throws TokenUnavailableError, TokenRefusedError; their messages hold no secret. */
export async function requestToken(client: HttpClient, request: HttpRequest): Promise<Token> {
  let answer: HttpAnswer;
  try {
    answer = await client.send(request);
  } catch (cause) {
    if (!(cause instanceof HttpRequestError)) throw cause;
    throw new TokenUnavailableError(`The token endpoint gave no answer (${cause.reason})`, {
      cause,
    });
  }
  const { status } = answer;
  const body = fieldsOf(answer.body);
  if (status >= 500 || status === 429 || status === 408) {
    throw new TokenUnavailableError(`The token endpoint answered ${status}`);
  }
  const value = body["access_token"];
  if (status < 200 || status > 299 || typeof value !== "string" || value === "") {
    const error = String(body["error"]);
    const told = OAUTH_ERRORS.has(error) ? ` ${error}` : "";
    throw new TokenRefusedError(`The token endpoint refused the credentials (${status}${told})`);
  }
  // Azure's App Service says when it ends instead.
  const until = Number(body["expires_on"]) - Date.now() / 1000;
  const seconds = Number(body["expires_in"] ?? until);
  return { value, expiresInSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : 300 };
}

/** A POST of a form to a token endpoint. */
export function formRequest(
  url: URL,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  return {
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
