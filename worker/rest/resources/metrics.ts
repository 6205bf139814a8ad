import type { Resource } from "../resource.ts";

/** Kafka Connect's metrics as Prometheus text; Kafka itself shows them by JMX only. */
export const metricsResource: Resource = (app, { metrics }) => {
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render()),
  );
};
