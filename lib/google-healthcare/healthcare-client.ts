import type { healthcare_v1 } from "@googleapis/healthcare";
import { GoogleCredentialsError, GoogleSdkMissingError, GoogleUnreachableError } from "./errors.ts";

export interface GoogleSettings {
  /** Address of the API; undefined: Google's own. */
  readonly endpoint?: string | undefined;
  /**
   * Text of a credentials file: a service account's key, or the configuration of workload identity federation; undefined:
   * application default credentials (environment, gcloud, the metadata server of the machine or pod).
   */
  readonly credentials?: string | undefined;
  readonly timeoutMs: number;
}

export interface GoogleAnswer {
  readonly status: number;
  /** Value of a header; the name is given in lower case. */
  header(name: string): string | undefined;
  readonly body: string;
}

type Api = healthcare_v1.Healthcare;
type Options = Readonly<Record<string, unknown>>;

export interface HealthcareClient {
  /**
   * Calls the API: exactly one HTTP request, and every status is an answer. A token that was refused (401) is renewed and the call made
   * once more. Throws GoogleUnreachableError, GoogleCredentialsError.
   */
  call(
    method: (api: Api, options: Options) => Promise<unknown>,
    options?: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal;
    },
  ): Promise<GoogleAnswer>;
}

const SCOPE = "https://www.googleapis.com/auth/cloud-healthcare";

/** What of Google's auth clients is needed to forget a token. */
interface AuthClient {
  credentials?: object;
  useJWTAccessWithScope?: boolean;
  getRequestHeaders(url?: string): Promise<unknown>;
}

/** Loads Google's client. Throws GoogleSdkMissingError, GoogleCredentialsError (credentials that cannot be read). */
export async function openHealthcare(settings: GoogleSettings): Promise<HealthcareClient> {
  const sdk = await import("@googleapis/healthcare").catch((cause: unknown) => {
    throw new GoogleSdkMissingError(cause);
  });
  const credentials = credentialsOf(settings.credentials);
  const google = new sdk.auth.GoogleAuth({
    scopes: [SCOPE],
    ...(credentials === undefined ? {} : { credentials }),
  });
  let authorized: Promise<AuthClient> | undefined;
  const authorize = (): Promise<AuthClient> => {
    authorized ??= google.getClient().then(
      (client: AuthClient) => {
        // A service account signs for itself, without a request to a token endpoint. Source: AIP-4111.
        if ("useJWTAccessWithScope" in client) client.useJWTAccessWithScope = true;
        return client;
      },
      (cause: unknown) => {
        authorized = undefined;
        throw new GoogleCredentialsError(
          "There are no Google credentials: set google.credentials, or give this machine application default credentials",
          { cause },
        );
      },
    );
    return authorized;
  };
  const api = sdk.healthcare({
    version: "v1",
    ...(settings.endpoint === undefined ? {} : { rootUrl: settings.endpoint }),
  });

  const once = async (
    method: (api: Api, options: Options) => Promise<unknown>,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<GoogleAnswer> => {
    const auth = await authorize();
    await firstToken(auth);
    try {
      const response = await method(api, {
        auth,
        headers,
        // The library would repeat PUT, GET and DELETE by itself and pass over Retry-After.
        retry: false,
        validateStatus: () => true,
        // Without it FHIR's media type comes back as a Blob.
        responseType: "text",
        redirect: "manual",
        timeout: settings.timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
      return answerOf(response as GaxiosAnswer);
    } catch (cause) {
      throw new GoogleUnreachableError(reasonOf(cause), { cause });
    }
  };

  return {
    async call(method, { headers = {}, signal } = {}) {
      const answer = await once(method, headers, signal);
      if (answer.status !== 401) return answer;
      const auth = await authorize();
      auth.credentials = {};
      return once(method, headers, signal);
    },
  };
}

interface GaxiosAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}

function answerOf({ status, headers, data }: GaxiosAnswer): GoogleAnswer {
  const body = typeof data === "string" ? data : JSON.stringify(data ?? "");
  return { status, body, header: (name) => headers[name] };
}

function credentialsOf(text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below without the parser's message, which quotes the key.
  }
  throw new GoogleCredentialsError(
    "google.credentials is no JSON; the text of a credentials file is expected",
  );
}

/** Gets a token ahead of the call, so that a failure of it is told apart from one of the call. */
async function firstToken(auth: AuthClient): Promise<void> {
  try {
    await auth.getRequestHeaders();
  } catch (cause) {
    const { status } = (cause ?? {}) as { readonly status?: unknown };
    // 4xx of the token endpoint: a person must change something.
    if (typeof status === "number" && status >= 400 && status < 500 && status !== 429) {
      throw new GoogleCredentialsError(`Google refuses the credentials (${status})`, { cause });
    }
    throw new GoogleUnreachableError("no token", { cause });
  }
}

function reasonOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  if (name === "TimeoutError" || code === "TimeoutError") return "timeout";
  return typeof code === "string" && /^[A-Z_0-9]{1,40}$/.test(code) ? code : "network";
}
