import { stageText } from "../request.ts";
import type { Resource } from "../resource.ts";

const PING_TIMEOUT_MS = 10_000;

/** Whether the worker answers. Source: RootResource.healthCheck (KIP-1017). */
export const healthResource: Resource = (app, { herder }) => {
  app.get("/health", async (_request, reply) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS);
    });
    const answered = herder.ping().then(
      () => true,
      () => false,
    );
    const isAlive = await Promise.race([answered, late]);
    clearTimeout(timer);
    const isReady = herder.isReady ?? true;
    if (isAlive && isReady) {
      return {
        status: "healthy",
        message: "Worker has completed startup and is ready to handle requests.",
      };
    }
    const stage = isAlive ? "" : stageText(herder.stage);
    const withStage = (text: string): string => (stage === "" ? text : `${text} ${stage}`);
    if (!isReady) {
      const message = withStage("Worker is still starting up.");
      return reply.status(503).send({ status: "starting", message });
    }
    return reply.status(500).send({
      status: "unhealthy",
      message: withStage(
        "Worker was unable to handle this request and may be unable to handle other requests.",
      ),
    });
  });
};
