import type { FastifyRequest } from "fastify";
import { HerderError } from "../herder/herder.ts";

const REQUEST_TIMEOUT_MS = 90_000;

/** Bounds an operation as Kafka's 90 s do; the operation itself goes on. */
export async function withinRequestTimeout<T>(operation: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new HerderError(500, "Request timed out")), REQUEST_TIMEOUT_MS);
  });
  try {
    return await Promise.race([operation, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The connector name of the path, decoded. */
export function nameOf(request: FastifyRequest): string {
  return (request.params as { connector: string }).connector;
}

/** Only `true`, in any case, is true. */
export function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === "true";
}
