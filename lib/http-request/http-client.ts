import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Value of a header; the name is given in lower case. */
  header(name: string): string | undefined;
  readonly body: string;
}

/** PEM texts, as `node:tls` takes them. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** No whole answer came. `reason` is a short code (`ECONNREFUSED`, `timeout`, `cut short`), never a text of the other side. */
export class HttpRequestError extends Error {
  override readonly name = "HttpRequestError";
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`The HTTP request had no whole answer (${reason})`, options);
    this.reason = reason;
  }
}

export interface HttpClient {
  /** One request on the wire, never repeated; redirects are answers like others. Throws HttpRequestError. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpClientOptions {
  /** From the start of a request to the end of its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest answer that is taken, in bytes. */
  readonly answerBytesMax?: number;
  readonly tls?: TlsSettings;
}

/** An HTTP client that keeps connections open. `node:http` instead of fetch, because fetch takes no client certificate. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true, ...options.tls });
  return {
    send: (request) =>
      sendOnce(request, options, request.url.protocol === "https:" ? secure : plain),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

function sendOnce(
  { method, url, headers = {}, body, signal }: HttpRequest,
  { timeoutMs, answerBytesMax = 256 * 1024 * 1024 }: HttpClientOptions,
  agent: HttpAgent | HttpsAgent,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const fail = (error: unknown): void => {
      reject(new HttpRequestError(timeout.aborted ? "timeout" : reasonOf(error), { cause: error }));
    };
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const sending: RequestOptions = {
      method,
      agent,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: { ...headers, ...(bytes ? { "content-length": String(bytes.length) } : {}) },
    };
    const start = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = start(url, sending, (response) => {
      collect(response, answerBytesMax).then(resolve, (error: unknown) => {
        response.destroy();
        fail(error);
      });
    });
    request.on("error", fail);
    request.end(bytes);
  });
}

async function collect(response: IncomingMessage, bytesMax: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new HttpRequestError("answer too long");
    chunks.push(chunk);
  }
  // A connection that ends before the announced length is no answer.
  if (!response.complete) throw new HttpRequestError("cut short");
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

/** A short code of a failure: system error codes have nothing of the request in them. */
function reasonOf(error: unknown): string {
  if (error instanceof HttpRequestError) return error.reason;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^[A-Z_0-9]{1,40}$/.test(code) ? code : "network";
}
