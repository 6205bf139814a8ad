import type { FastifyRequest } from "fastify";
import { HerderError } from "../herder/herder.ts";
import type { Herder, RequestStage } from "../herder/herder.ts";

const REQUEST_TIMEOUT_MS = 90_000;

/**
 * Bounds operations as Kafka's 90 s do: then the request is answered with 500 and with what the worker was
 * doing; the operation itself goes on.
 *
 * Source: org.apache.kafka.connect.runtime.rest.HerderRequestHandler, StagedTimeoutException.
 */
export function requestTimeout(
  herder: Herder,
  timeoutMs = REQUEST_TIMEOUT_MS,
): <T>(operation: Promise<T>) => Promise<T> {
  return async (operation) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const stage = stageText(herder.stage);
        const message = stage === "" ? "Request timed out" : `Request timed out. ${stage}`;
        reject(new HerderError(500, message));
      }, timeoutMs);
    });
    try {
      return await Promise.race([operation, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** One sentence about what the worker does or did last; "" when that is not known. */
export function stageText(stage: RequestStage | undefined): string {
  if (!stage) return "";
  const began = new Date(stage.startedAt).toISOString();
  return stage.completedAt === undefined
    ? `The worker is currently ${stage.description}, which began at ${began}.`
    : `The last operation the worker completed was ${stage.description}, which began at ${began} and completed at ${new Date(stage.completedAt).toISOString()}.`;
}

/** The connector name of the path, decoded. */
export function nameOf(request: FastifyRequest): string {
  return (request.params as { connector: string }).connector;
}

/** Only `true`, in any case, is true. */
export function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === "true";
}
