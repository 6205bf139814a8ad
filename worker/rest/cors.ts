import type { ResponseRule } from "./resource.ts";

const MAX_AGE_SECONDS = 60;
const DEFAULT_METHODS = "GET,POST,HEAD";

/**
 * Lets pages of other origins use the API, as `access.control.allow.origin` and `.methods` say. undefined when
 * no origin is allowed.
 *
 * A browser's preflight is answered here and never asks for credentials, because browsers send none with it.
 * Source: org.eclipse.jetty.server.handler.CrossOriginHandler as RestServer configures it.
 */
export function corsRule(origins: string, methods: string): ResponseRule | undefined {
  if (origins.trim() === "") return undefined;
  const patterns = origins.split(",").map((origin) => originPattern(origin.trim()));
  const allowedMethods = methods.trim() === "" ? DEFAULT_METHODS : methods;
  return (app) => {
    app.addHook("onRequest", async (request, reply) => {
      void reply.header("vary", "Origin");
      const { origin } = request.headers;
      if (origin === undefined || !patterns.some((pattern) => pattern.test(origin))) return;
      void reply.header("access-control-allow-origin", origin);
      const isPreflight =
        request.method === "OPTIONS" &&
        request.headers["access-control-request-method"] !== undefined;
      if (!isPreflight) return;
      void reply
        .header("access-control-allow-methods", allowedMethods)
        .header("access-control-allow-headers", "Content-Type")
        .header("access-control-max-age", String(MAX_AGE_SECONDS));
      await reply.status(200).send();
    });
  };
}

/** `*` stands for any text. */
function originPattern(origin: string): RegExp {
  const source = origin.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`);
}
