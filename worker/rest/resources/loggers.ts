import { HerderError } from "../../herder/herder.ts";
import {
  LEVELS,
  getLogger,
  isKnownLogger,
  levelOf,
  loggersWithLevels,
  setLevel,
} from "../../logging/index.ts";
import type { Level } from "../../logging/index.ts";
import { requestTimeout } from "../request.ts";
import { configBody } from "../request-body.ts";
import type { Resource } from "../resource.ts";

const log = getLogger("worker.rest");

const shown = ({ level, lastModified }: ReturnType<typeof levelOf>) => ({
  level,
  last_modified: lastModified,
});

/** Log levels at run time. Source: LoggingResource. */
export const loggersResource: Resource = (app, { herder, requestTimeoutMs }) => {
  const within = requestTimeout(herder, requestTimeoutMs);

  app.get("/admin/loggers", () =>
    Object.fromEntries([...loggersWithLevels()].map(([name, state]) => [name, shown(state)])),
  );

  app.get("/admin/loggers/:logger", (request) => {
    const { logger } = request.params as { logger: string };
    if (!isKnownLogger(logger)) throw new HerderError(404, `Logger ${logger} not found.`);
    return shown(levelOf(logger));
  });

  app.put("/admin/loggers/:logger", async (request, reply) => {
    const { logger } = request.params as { logger: string };
    const { level } = configBody(request.body, "the level");
    if (level === undefined || level === null) {
      throw new HerderError(400, "Desired 'level' parameter was not specified in request.");
    }
    const wanted = level.toUpperCase();
    if (!LEVELS.includes(wanted as Level)) {
      throw new HerderError(404, `invalid log level '${level}'.`);
    }
    const { scope = "worker" } = request.query as { scope?: string };
    if (scope.toLowerCase() === "cluster") {
      // One worker alone is its whole cluster.
      if (herder.setClusterLogLevel) await within(herder.setClusterLogLevel(logger, wanted));
      else setLevel(logger, wanted as Level, Date.now());
      return reply.status(204).send();
    }
    if (scope.toLowerCase() !== "worker") {
      log.warn(
        { code: "SCOPE_UNKNOWN" },
        "The scope is neither worker nor cluster; worker is taken",
      );
    }
    return reply.send(setLevel(logger, wanted as Level, Date.now()));
  });
};
