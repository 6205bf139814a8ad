import type { FastifyInstance } from "fastify";
import { ConfigError } from "#connect-api";
import type { Props } from "#connect-api";
import { addressOf } from "../config/listener-address.ts";
import { makeApp } from "./app.ts";
import { corsRule } from "./cors.ts";
import { extensionRules } from "./extensions.ts";
import type { Resource, ResponseRule, RestOptions } from "./resource.ts";
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
import { headersRule } from "./response-headers.ts";
import { clientTlsOptions, tlsOptions } from "./tls.ts";

export interface RestServer {
  /** Address of the first listener, with the port that it got. */
  readonly url: string;
  readonly urls: readonly string[];
  /** The one under which other workers ask for this one: `rest.advertised.listener`, else http before https. */
  readonly advertisedUrl: string;
  /** Addresses of `admin.listeners`, when they are listeners of their own. */
  readonly adminUrls: readonly string[];
  close(): Promise<void>;
}

/** What the worker's settings say about the server. */
export interface RestSettings {
  /** `http://host:port` or `https://host:port`; port 0 takes a free one, no host means all addresses. */
  readonly listeners: readonly string[];
  /** Loggers are served there: null, with everything else; empty, nowhere. */
  readonly adminListeners: readonly string[] | null;
  /** `http` or `https`: which kind of listener other workers use. */
  readonly advertisedListener?: string | null;
  readonly allowedOrigins: string;
  readonly allowedMethods: string;
  readonly responseHeaders: string;
  readonly extensions: readonly string[];
  /** The worker's settings as written, for TLS and extensions. */
  readonly props: Props;
}

const mainResources: readonly Resource[] = [
  rootResource,
  healthResource,
  connectorsResource,
  tasksResource,
  topicsResource,
  offsetsResource,
  connectorPluginsResource,
  metricsResource,
  schemaRegistryResource,
];
const adminResources: readonly Resource[] = [loggersResource];

/**
 * Starts the REST API on every listener.
 *
 * Rejects with ConfigError for settings that cannot be followed, and with the system's error when an address
 * cannot be bound; nothing listens then.
 */
export async function startRestServer(
  options: RestOptions,
  settings: RestSettings,
): Promise<RestServer> {
  const extensions = extensionRules(settings.extensions, settings.props);
  const headers = headersRule(settings.responseHeaders);
  const cors = corsRule(settings.allowedOrigins, settings.allowedMethods);
  const rules: readonly ResponseRule[] = [
    ...(headers ? [headers] : []),
    ...(cors ? [cors] : []),
    ...extensions,
  ];
  const main =
    settings.adminListeners === null ? [...mainResources, ...adminResources] : mainResources;
  const isSecure = settings.listeners.some((each) => addressOf(each).protocol === "https:");
  const clientTls = isSecure
    ? { clientTls: clientTlsOptions(settings.props, "listeners.https.") }
    : {};
  const apps: FastifyInstance[] = [];
  const open = async (
    listener: string,
    prefix: string,
    resources: readonly Resource[],
    responseRules: readonly ResponseRule[],
  ): Promise<string> => {
    const { protocol, hostname, port } = addressOf(listener);
    const tls = protocol === "https:" ? tlsOptions(settings.props, prefix) : undefined;
    const app = makeApp({ ...options, ...clientTls, responseRules }, resources, tls);
    apps.push(app);
    await app.listen({ host: hostname.replace(/^\[(.*)\]$/, "$1") || "::", port });
    const address = app.server.address();
    const boundPort = typeof address === "object" && address ? address.port : port;
    return `${protocol}//${hostname || "localhost"}:${boundPort}`;
  };
  try {
    const urls: string[] = [];
    for (const listener of settings.listeners) {
      urls.push(await open(listener, "listeners.https.", main, rules));
    }
    const adminUrls: string[] = [];
    for (const listener of settings.adminListeners ?? []) {
      adminUrls.push(await open(listener, "admin.listeners.https.", adminResources, extensions));
    }
    return {
      url: urls[0] ?? "",
      urls,
      advertisedUrl: advertised(urls, settings.advertisedListener ?? null),
      adminUrls,
      close: async () => void (await Promise.all(apps.map((app) => app.close()))),
    };
  } catch (error) {
    await Promise.all(apps.map((app) => app.close()));
    throw error;
  }
}

/** Throws ConfigError when no listener is of the kind that is wanted. */
function advertised(urls: readonly string[], wanted: string | null): string {
  const kinds = wanted === null ? ["http", "https"] : [wanted.toLowerCase()];
  for (const kind of kinds) {
    const found = urls.find((url) => url.startsWith(`${kind}://`));
    if (found !== undefined) return found;
  }
  const key = "rest.advertised.listener";
  const message = `Invalid value ${wanted} for configuration ${key}: listeners has no address of that kind`;
  throw new ConfigError("CONFIG_INVALID", message, { key });
}
