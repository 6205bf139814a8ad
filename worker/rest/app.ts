import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServerOptions } from "node:https";
import { HerderError } from "../herder/herder.ts";
import { NotHereError } from "../herder/work-sharing.ts";
import { errorMessage, getLogger } from "../logging/index.ts";
import { answerClientError } from "./client-error.ts";
import { forward } from "./forwarding.ts";
import { parseJson } from "./request-body.ts";
import type { Resource, RestOptions } from "./resource.ts";

const log = getLogger("worker.rest");
/** How long a client may take to send its request; Jetty's idle time-out is of that order. */
const RECEIVE_TIMEOUT_MS = 60_000;
/** Kafka has no limit; a config is never that long. */
export const BODY_BYTES_MAX = 1024 * 1024;

/**
 * An HTTP server with these resources. Status codes, error bodies and texts are those of Kafka Connect, whose
 * server is Jetty with Jersey.
 */
export function makeApp(
  options: RestOptions,
  resources: readonly Resource[],
  tls: ServerOptions | undefined,
): FastifyInstance {
  const { receiveTimeoutMs = RECEIVE_TIMEOUT_MS } = options;
  // The last one is how often Node looks for requests that take too long.
  const server = {
    headersTimeout: receiveTimeoutMs,
    requestTimeout: receiveTimeoutMs,
    connectionsCheckingInterval: Math.min(receiveTimeoutMs, 30_000),
  };
  const app = fastify({
    logger: false,
    requestTimeout: receiveTimeoutMs,
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    ...(tls ? { https: { ...tls, ...server } } : { http: server }),
    clientErrorHandler: answerClientError,
    // What goes wrong before a route is found, such as a path with a broken percent encoding.
    frameworkErrors: (error, _request, reply) => void sendError(reply, error),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2000 },
  }) as unknown as FastifyInstance;
  for (const rule of options.responseRules ?? []) rule(app);
  const methods = knownMethods(app);
  const answerNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = methods(request.url.split("?")[0] ?? "");
    if (!allowed) return sendError(reply, new HerderError(404, "HTTP 404 Not Found"));
    void reply.header("allow", allowed.join(","));
    if (request.method === "OPTIONS") return reply.type("text/plain").send(allowed.join(", "));
    return sendError(reply, new HerderError(405, "HTTP 405 Method Not Allowed"));
  };
  app.addHook("onRequest", async (request, reply) => {
    // Where there is no resource, neither the body nor what the client accepts matters.
    if (request.is404) return answerNotFound(request, reply);
    checkAccept(request);
    return undefined;
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, parseJson(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler(async (error, request, reply) => {
    if (!(error instanceof NotHereError)) return sendError(reply, error);
    try {
      return await forward(request, reply, error, options.clientTls);
    } catch (failure) {
      return sendError(reply, failure);
    }
  });
  app.setNotFoundHandler(answerNotFound);
  for (const resource of resources) resource(app, options);
  return app;
}

/** Tells the methods of a path; undefined for a path that nobody knows. */
function knownMethods(app: FastifyInstance): (path: string) => readonly string[] | undefined {
  const byPattern = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook("onRoute", ({ url, method }) => {
    const source = `^${url.replaceAll(/:[^/]+/g, "[^/]+")}\\/?$`;
    const known = byPattern.get(source) ?? { pattern: new RegExp(source), methods: new Set() };
    for (const each of [method].flat()) known.methods.add(each);
    byPattern.set(source, known);
  });
  return (path) => {
    const found = [...byPattern.values()].find(({ pattern }) => pattern.test(path));
    return found && [...found.methods, "OPTIONS"].toSorted();
  };
}

/** Kafka Connect's own paths; the metrics and the schema registry have types of their own. */
const CONNECT_PATHS = /^\/(connectors|connector-plugins|admin|health)?([/?]|$)/;

/** They answer with JSON, and a client that takes none is told so, as Jersey does. */
function checkAccept({ url, method, headers }: FastifyRequest): void {
  const { accept } = headers;
  if (accept === undefined || accept === "" || method === "OPTIONS") return;
  if (!CONNECT_PATHS.test(url)) return;
  const isTaken = accept
    .split(",")
    .map((range) => range.split(";")[0]?.trim().toLowerCase() ?? "")
    .some((type) => ["*/*", "application/*", "application/json"].includes(type));
  if (!isTaken) throw new HerderError(406, "HTTP 406 Not Acceptable");
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, message } = describe(error);
  if (status >= 500 && !(error instanceof HerderError)) {
    log.failure(error, { code: "REST_FAILED" }, "A request failed");
  }
  return reply.status(status).type("application/json").send({ error_code: status, message });
}

function describe(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof HerderError) return { status: error.status, message: error.message };
  const { statusCode } = error as { statusCode?: number };
  switch (statusCode) {
    case 413:
      return {
        status: 413,
        message: `HTTP 413 Content Too Large: a request body has at most ${BODY_BYTES_MAX} bytes`,
      };
    case 415:
      return { status: 415, message: "HTTP 415 Unsupported Media Type" };
    case 400:
      return { status: 400, message: "HTTP 400 Bad Request" };
    case 404:
    case 414:
      return { status: 404, message: "HTTP 404 Not Found" };
    default:
      return { status: 500, message: errorMessage(error) };
  }
}
