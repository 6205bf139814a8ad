import { HerderError } from "../../herder/herder.ts";
import {
  LEVELS,
  isKnownLogger,
  levelOf,
  loggersWithLevels,
  setLevel,
} from "../../logging/index.ts";
import type { Level } from "../../logging/index.ts";
import { configBody } from "../request-body.ts";
import type { Resource } from "../resource.ts";

const shown = ({ level, lastModified }: ReturnType<typeof levelOf>) => ({
  level,
  last_modified: lastModified,
});

/** Log levels at run time. Source: LoggingResource. */
export const loggersResource: Resource = (app) => {
  app.get("/admin/loggers", () =>
    Object.fromEntries([...loggersWithLevels()].map(([name, state]) => [name, shown(state)])),
  );

  app.get("/admin/loggers/:logger", (request) => {
    const { logger } = request.params as { logger: string };
    if (!isKnownLogger(logger)) throw new HerderError(404, `Logger ${logger} not found.`);
    return shown(levelOf(logger));
  });

  app.put("/admin/loggers/:logger", (request, reply) => {
    const { logger } = request.params as { logger: string };
    const { level } = configBody(request.body, "the level");
    if (level === undefined || level === null) {
      throw new HerderError(400, "Desired 'level' parameter was not specified in request.");
    }
    const wanted = level.toUpperCase();
    if (!LEVELS.includes(wanted as Level)) {
      throw new HerderError(404, `invalid log level '${level}'.`);
    }
    const affected = setLevel(logger, wanted as Level, Date.now());
    const { scope } = request.query as { scope?: string };
    return scope === "cluster" ? reply.status(204).send() : reply.send(affected);
  });
};
