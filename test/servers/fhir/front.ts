import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { listening, textOf } from "./medplum.ts";

/** A request as the front sees it. */
export interface FrontRequest {
  readonly method: string;
  /** Path and query, from the slash on. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** How many came before it. */
  readonly index: number;
  /** Milliseconds of `performance.now()` when it was read. */
  readonly at: number;
}

export interface FrontAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What goes wrong with a request. The server behind has done its work for those that say `after`. */
export type FrontFault =
  | { readonly kind: "answer"; readonly answer: FrontAnswer }
  | { readonly kind: "reset-before" | "reset-after" | "truncate-after" | "hang-after" }
  | { readonly kind: "delay"; readonly ms: number };

export interface FrontOptions {
  /** Base of the server behind, without a slash at the end. */
  readonly backend: string;
  /** What of the path is this server's own; the rest goes behind. */
  readonly prefix?: string;
  /** Answers in the place of the server behind, or lets it. */
  readonly handle?: (
    request: FrontRequest,
    forward: (request: FrontRequest) => Promise<FrontAnswer>,
  ) => Promise<FrontAnswer>;
}

/**
 * A server of ours before a FHIR server that is not: a vendor's paths, limits and errors (`handle`), and a layer of faults for what
 * networks and overloaded services do. It stores nothing itself.
 */
export interface Front {
  readonly url: string;
  readonly origin: string;
  readonly requests: readonly FrontRequest[];
  /** Decides for each request; undefined: nothing goes wrong. */
  fault: (request: FrontRequest) => FrontFault | undefined;
  stop(): Promise<void>;
}

export async function startFront({
  backend,
  prefix = "",
  handle = (request, forward) => forward(request),
}: FrontOptions): Promise<Front> {
  const requests: FrontRequest[] = [];
  const forward = async (request: FrontRequest): Promise<FrontAnswer> => {
    const answer = await fetch(`${backend}${request.path.slice(prefix.length)}`, {
      method: request.method,
      headers: forwarded(request.headers),
      ...(request.body === "" ? {} : { body: request.body }),
    });
    const etag = answer.headers.get("etag");
    return {
      status: answer.status,
      body: await answer.text(),
      ...(etag === null ? {} : { headers: { etag } }),
    };
  };
  const server = createServer((incoming, response) => {
    void (async () => {
      const request: FrontRequest = {
        method: incoming.method ?? "GET",
        path: incoming.url ?? "/",
        headers: incoming.headers,
        body: await textOf(incoming),
        index: requests.length,
        at: performance.now(),
      };
      requests.push(request);
      const fault = front.fault(request);
      if (fault?.kind === "reset-before") return void response.destroy();
      if (fault?.kind === "answer") return write(response, fault.answer);
      const answer = await handle(request, forward);
      switch (fault?.kind) {
        case "reset-after":
          return void response.destroy();
        case "hang-after":
          return;
        case "truncate-after": {
          const half = answer.body.slice(0, Math.floor(answer.body.length / 2));
          response.writeHead(answer.status, {
            "content-type": "application/fhir+json",
            "content-length": String(Buffer.byteLength(answer.body)),
          });
          response.write(half, () => response.destroy());
          return;
        }
        case "delay":
          setTimeout(() => write(response, answer), fault.ms).unref();
          return;
        default:
          write(response, answer);
      }
    })().catch(() => response.destroy());
  });
  const port = await listening(server);
  const origin = `http://127.0.0.1:${port}`;
  const front: Front = {
    origin,
    url: `${origin}${prefix}`,
    requests,
    fault: () => undefined,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return front;
}

function write(response: ServerResponse, { status, headers, body }: FrontAnswer): void {
  response.writeHead(status, { "content-type": "application/fhir+json", ...headers });
  response.end(body);
}

function forwarded(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = ["content-type", "accept", "if-match", "prefer"];
  return Object.fromEntries(
    kept.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : [])),
  );
}

/** An OperationOutcome as the body of an answer; `text` as real servers have it, quoting what they were given. */
export function outcomeAnswer(
  status: number,
  code: string,
  text: string = "",
  headers: Readonly<Record<string, string>> = {},
): FrontAnswer {
  const issue = [{ severity: "error", code, ...(text === "" ? {} : { diagnostics: text }) }];
  return { status, headers, body: JSON.stringify({ resourceType: "OperationOutcome", issue }) };
}
