import { nameOf } from "../request.ts";
import type { Resource } from "../resource.ts";

/** Topics that a connector has used. Source: ConnectorsResource (KIP-558). */
export const topicsResource: Resource = (app, { herder }) => {
  app.get("/connectors/:connector/topics", (request) => {
    const name = nameOf(request);
    return { [name]: { topics: herder.activeTopics(name) } };
  });

  app.put("/connectors/:connector/topics/reset", async (request, reply) => {
    await herder.resetActiveTopics(nameOf(request));
    return reply.status(202).send();
  });
};
