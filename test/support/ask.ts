import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { request as secureRequest } from "node:https";
import type { RequestOptions } from "node:https";
import { text } from "node:stream/consumers";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface HttpRequest {
  /** As it goes over the wire, still encoded. */
  readonly path: string;
  readonly method?: string;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Sent with a body; null sends none. By default `application/json`. */
  readonly contentType?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of an https:// address: `ca`, `cert`, `key`, … */
  readonly tls?: RequestOptions;
  /** Rejects when the answer has not come by then; by default it waits for ever. */
  readonly timeoutMs?: number;
}

/** Asks over a real socket of its own: `fetch` would tidy paths and add a content type. */
export async function ask(
  url: string,
  {
    path,
    method = "GET",
    body,
    contentType = "application/json",
    headers,
    tls,
    timeoutMs,
  }: HttpRequest,
): Promise<HttpAnswer> {
  const payload = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const { hostname, port, protocol } = new URL(url);
  const send = protocol === "https:" ? secureRequest : request;
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const options = { ...tls, hostname: host, port, path, method, headers: { ...headers } };
  return new Promise((resolve, reject) => {
    const signal = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) };
    const sent = send({ ...options, ...signal, agent: false }, (response) => {
      text(response).then(
        (answer) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer }),
        reject,
      );
    });
    sent.on("error", reject);
    // Node itself tells no length of a DELETE's or OPTIONS' body, which is then taken for the next request.
    if (payload !== undefined) sent.setHeader("content-length", Buffer.byteLength(payload));
    if (payload !== undefined && contentType !== null) {
      sent.setHeader("content-type", contentType);
    }
    sent.end(payload);
  });
}
