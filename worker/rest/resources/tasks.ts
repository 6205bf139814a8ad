import type { FastifyRequest } from "fastify";
import { HerderError } from "../../herder/herder.ts";
import { nameOf, requestTimeout } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Tasks of a connector. Source: ConnectorsResource. */
export const tasksResource: Resource = (app, { herder, requestTimeoutMs }) => {
  const within = requestTimeout(herder, requestTimeoutMs);
  app.get("/connectors/:connector/tasks", (request) => herder.tasks(nameOf(request)));

  app.get("/connectors/:connector/tasks/:task/status", (request) =>
    herder.taskStatus(nameOf(request), taskOf(request)),
  );

  app.post("/connectors/:connector/tasks/:task/restart", async (request, reply) => {
    await within(herder.restartTask(nameOf(request), taskOf(request)));
    return reply.status(204).send();
  });
};

/** A Java int; anything else is no path that there is. */
function taskOf(request: FastifyRequest): number {
  const { task } = request.params as { task: string };
  const number = /^-?\d{1,10}$/.test(task) ? Number(task) : Number.NaN;
  if (number >= -(2 ** 31) && number < 2 ** 31) return number;
  throw new HerderError(404, "HTTP 404 Not Found");
}
