import type { FastifyRequest } from "fastify";
import { configBody } from "../request-body.ts";
import { isTrue, requestTimeout } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Plug-ins, their settings, and the check of a config. Source: ConnectorPluginsResource. */
export const connectorPluginsResource: Resource = (app, { herder, requestTimeoutMs }) => {
  const within = requestTimeout(herder, requestTimeoutMs);
  app.get("/connector-plugins", (request) => {
    const { connectorsOnly } = request.query as { connectorsOnly?: unknown };
    return herder.plugins({
      connectorsOnly: (connectorsOnly ?? "") === "" || isTrue(connectorsOnly),
    });
  });

  app.get("/connector-plugins/:plugin/config", (request) => {
    const { version } = request.query as { version?: string };
    return herder.pluginConfig(pluginOf(request), version);
  });

  app.put("/connector-plugins/:plugin/config/validate", (request) =>
    within(herder.validateConfig(pluginOf(request), configBody(request.body))),
  );
};

function pluginOf(request: FastifyRequest): string {
  return (request.params as { plugin: string }).plugin;
}
