import fastify from "fastify";
import type { FastifyReply } from "fastify";
import { HerderError } from "../herder/herder.ts";
import { errorMessage, getLogger } from "../logging/index.ts";
import { NotHereError } from "../herder/work-sharing.ts";
import { forward } from "./forwarding.ts";
import { parseJson } from "./request-body.ts";
import type { Resource, RestOptions } from "./resource.ts";
import { connectorPluginsResource } from "./resources/connector-plugins.ts";
import { connectorsResource } from "./resources/connectors.ts";
import { healthResource } from "./resources/health.ts";
import { loggersResource } from "./resources/loggers.ts";
import { metricsResource } from "./resources/metrics.ts";
import { offsetsResource } from "./resources/offsets.ts";
import { rootResource } from "./resources/root.ts";
import { schemaRegistryResource } from "./resources/schema-registry.ts";
import { tasksResource } from "./resources/tasks.ts";
import { topicsResource } from "./resources/topics.ts";

export interface RestServer {
  readonly url: string;
  close(): Promise<void>;
}

const log = getLogger("worker.rest");
const BODY_BYTES_MAX = 1024 * 1024;

const resources: readonly Resource[] = [
  rootResource,
  healthResource,
  connectorsResource,
  tasksResource,
  topicsResource,
  offsetsResource,
  connectorPluginsResource,
  loggersResource,
  metricsResource,
  schemaRegistryResource,
];

/**
 * Starts the REST API. Paths, bodies, status codes and texts are Kafka Connect's.
 *
 * Rejects with the system's error when the address cannot be bound.
 */
export async function startRestServer(options: RestOptions): Promise<RestServer> {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    // What goes wrong before a route is found, such as a path with a broken percent encoding.
    frameworkErrors: (error, _request, reply) => sendError(reply, error),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2000 },
  });
  const patterns = new Map<RegExp, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const source = url.replaceAll(/:[^/]+/g, "[^/]+");
    const methods = [method].flat();
    const known = [...patterns].find(([pattern]) => pattern.source === `^${source}\\/?$`);
    if (known) methods.forEach((each) => known[1].add(each));
    else patterns.set(new RegExp(`^${source}\\/?$`), new Set(methods));
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
      return await forward(request, reply, error);
    } catch (failure) {
      return sendError(reply, failure);
    }
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    const isKnown = [...patterns.keys()].some((pattern) => pattern.test(path));
    const status = isKnown ? 405 : 404;
    const text = isKnown ? "HTTP 405 Method Not Allowed" : "HTTP 404 Not Found";
    return sendError(reply, new HerderError(status, text));
  });
  for (const resource of resources) resource(app, options);

  const { hostname, port, protocol } = new URL(options.listener);
  if (protocol !== "http:") {
    throw new HerderError(500, `The listener ${options.listener} is not http://host:port`);
  }
  const host = hostname.replace(/^\[(.*)\]$/, "$1") || "0.0.0.0";
  await app.listen({ host, port: port === "" ? 8083 : Number(port) });
  const address = app.server.address();
  const boundPort = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://${hostname}:${boundPort}`,
    close: () => app.close(),
  };
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
