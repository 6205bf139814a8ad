import type { FastifyRequest } from "fastify";
import { HerderError } from "../../herder/herder.ts";
import { nameOf, withinRequestTimeout } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Tasks of a connector. Source: ConnectorsResource. */
export const tasksResource: Resource = (app, { herder }) => {
  app.get("/connectors/:connector/tasks", (request) => herder.tasks(nameOf(request)));

  app.get("/connectors/:connector/tasks/:task/status", (request) =>
    herder.taskStatus(nameOf(request), taskOf(request)),
  );

  app.post("/connectors/:connector/tasks/:task/restart", async (request, reply) => {
    await withinRequestTimeout(herder.restartTask(nameOf(request), taskOf(request)));
    return reply.status(204).send();
  });
};

function taskOf(request: FastifyRequest): number {
  const { task } = request.params as { task: string };
  if (!/^\d{1,9}$/.test(task)) throw new HerderError(404, "HTTP 404 Not Found");
  return Number(task);
}
