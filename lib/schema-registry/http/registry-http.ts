import { request as httpRequest, Agent as HttpAgent } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest, Agent as HttpsAgent } from "node:https";
import type { AgentOptions } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { RegistryError } from "../registry-error.ts";

/** How a registry is reached. Times in milliseconds. */
export interface RegistryHttpOptions {
  /** Tried in order; the one that answered is asked first the next time. */
  readonly urls: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Value of the Authorization header, asked for at every request. */
  readonly authorization?: () => Promise<string | undefined>;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly retriesMax: number;
  readonly retryWaitMs: number;
  readonly retryWaitMaxMs: number;
  readonly tls?: Readonly<Pick<AgentOptions, "ca" | "cert" | "key" | "passphrase">> | undefined;
  /** `http://host:port`. */
  readonly proxy?: string | undefined;
}

export interface RegistryAnswer {
  readonly status: number;
  /** Parsed JSON, or text when it is none. */
  readonly body: unknown;
}

const RETRIED = new Set([408, 429, 500, 502, 503, 504]);
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Requests to a registry: several addresses, retries with jitter on 408, 429 and 5xx and when nothing answers.
 *
 * Rejects with REGISTRY_UNAVAILABLE when no address gave an answer that counts; other statuses are returned.
 */
export class RegistryHttp {
  readonly #options: RegistryHttpOptions;
  readonly #httpAgent: HttpAgent;
  readonly #httpsAgent: HttpsAgent;
  readonly #closing = new AbortController();
  #urls: readonly string[];

  constructor(options: RegistryHttpOptions) {
    this.#options = options;
    this.#urls = options.urls.map((url) => url.replace(/\/+$/, ""));
    const proxy = options.proxy;
    const proxyEnv = proxy ? { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } : {};
    const common = { keepAlive: true, maxSockets: 8, ...(proxy ? { proxyEnv } : {}) };
    this.#httpAgent = new HttpAgent(common);
    this.#httpsAgent = new HttpsAgent({ ...common, ...options.tls });
  }

  /** A path below the address; `body` is sent as JSON. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RegistryAnswer> {
    let problem = "it was not asked";
    for (let attempt = 0; attempt <= this.#options.retriesMax; attempt += 1) {
      if (attempt > 0) await this.#pause(attempt);
      for (const url of this.#urls) {
        try {
          const answer = await this.#ask(url, method, path, body, headers);
          if (!RETRIED.has(answer.status)) {
            this.#prefer(url);
            return answer;
          }
          problem = `it answered ${answer.status}`;
        } catch (error) {
          if (error instanceof RegistryError) throw error;
          if (this.#closing.signal.aborted) throw closed();
          problem = describe(error);
        }
      }
    }
    const hosts = this.#urls.map((url) => new URL(url).host).join(", ");
    throw new RegistryError(
      "REGISTRY_UNAVAILABLE",
      `The schema registry at ${hosts} could not be reached: ${problem}`,
    );
  }

  close(): void {
    this.#closing.abort();
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  /** Doubled from attempt to attempt, and cut short by chance, so that workers do not come all at once. */
  async #pause(attempt: number): Promise<void> {
    const { retryWaitMs, retryWaitMaxMs } = this.#options;
    const longest = Math.min(retryWaitMs * 2 ** (attempt - 1), retryWaitMaxMs);
    const { signal } = this.#closing;
    await delay(longest / 2 + (Math.random() * longest) / 2, undefined, { signal }).catch(() => {
      throw closed();
    });
  }

  #prefer(url: string): void {
    if (this.#urls[0] === url) return;
    this.#urls = [url, ...this.#urls.filter((other) => other !== url)];
  }

  async #ask(
    url: string,
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<RegistryAnswer> {
    const { readTimeoutMs, connectTimeoutMs, authorization } = this.#options;
    const authorized = await authorization?.();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const target = new URL(url + path);
    const isHttps = target.protocol === "https:";
    const all = {
      accept: "application/json",
      ...(payload === undefined ? {} : { "content-length": String(Buffer.byteLength(payload)) }),
      ...this.#options.headers,
      ...headers,
      ...(authorized === undefined ? {} : { authorization: authorized }),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = (isHttps ? httpsRequest : httpRequest)(
        target,
        {
          method,
          headers: all,
          agent: isHttps ? this.#httpsAgent : this.#httpAgent,
          signal: this.#closing.signal,
        },
        resolve,
      );
      const late = (what: string) => () => sent.destroy(new Error(what));
      const connecting = setTimeout(late("no connection in time"), connectTimeoutMs);
      sent.once("socket", (socket) => {
        if (!socket.connecting) clearTimeout(connecting);
        else socket.once(isHttps ? "secureConnect" : "connect", () => clearTimeout(connecting));
      });
      sent.once("close", () => clearTimeout(connecting));
      sent.setTimeout(readTimeoutMs, late("no answer in time"));
      sent.once("error", reject);
      sent.end(payload);
    });
    return { status: response.statusCode ?? 0, body: parsed(await textOf(response)) };
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) {
      response.destroy();
      throw new RegistryError("REGISTRY_FAILED", "The schema registry's answer is too large");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function describe(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code ?? message ?? String(error);
}

function closed(): RegistryError {
  return new RegistryError(
    "REGISTRY_UNAVAILABLE",
    "The connection to the schema registry is closed",
  );
}
