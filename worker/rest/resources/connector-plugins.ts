import type { FastifyRequest } from "fastify";
import { configBody } from "../request-body.ts";
import { isTrue, withinRequestTimeout } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Plug-ins, their settings, and the check of a config. Source: ConnectorPluginsResource. */
export const connectorPluginsResource: Resource = (app, { herder }) => {
  app.get("/connector-plugins", (request) => {
    const { connectorsOnly } = request.query as { connectorsOnly?: unknown };
    return herder.plugins({
      connectorsOnly: connectorsOnly === undefined || isTrue(connectorsOnly),
    });
  });

  app.get("/connector-plugins/:plugin/config", (request) => {
    const { version } = request.query as { version?: string };
    return herder.pluginConfig(pluginOf(request), version);
  });

  app.put("/connector-plugins/:plugin/config/validate", (request) =>
    withinRequestTimeout(herder.validateConfig(pluginOf(request), configBody(request.body))),
  );
};

function pluginOf(request: FastifyRequest): string {
  return (request.params as { plugin: string }).plugin;
}
