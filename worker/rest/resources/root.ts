import type { Resource } from "../resource.ts";

/** What worker this is. Source: RootResource. */
export const rootResource: Resource = (app, { herder, version, commit }) => {
  app.get("/", () => ({ version, commit, kafka_cluster_id: herder.kafkaClusterId }));
};
