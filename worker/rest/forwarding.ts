import { setTimeout as delay } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HerderError } from "../herder/herder.ts";
import type { NotHereError } from "../herder/work-sharing.ts";
import { errorMessage } from "../logging/index.ts";

const TIMEOUT_MS = 90_000;
const CONFLICT_MS = 10_000;
const CONFLICT_PAUSE_MS = 100;
const CONFLICT =
  "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";

/**
 * Passes a request on to the worker whose it is, and its answer back. It is passed on twice at most: to the
 * leader, and from there to whoever has the connector or task; the query parameter `forward` counts that.
 *
 * Rejects with HerderError: 409 when there is nobody to pass it on to, 500 when that worker does not answer.
 * Source: org.apache.kafka.connect.runtime.rest.HerderRequestHandler.
 */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  { url, message }: NotHereError,
): Promise<FastifyReply> {
  const { forward: hop } = request.query as { forward?: string };
  if (hop === "false") throw new HerderError(409, CONFLICT);
  if (url === undefined) throw new HerderError(409, message);
  const target = new URL(request.url, url);
  target.searchParams.set("forward", String(hop === undefined));
  const deadline = performance.now() + CONFLICT_MS;
  for (;;) {
    const { response, text } = await ask(request, target);
    const isLate = performance.now() > deadline;
    // Who has it is being decided; the worker that the client asked is patient in its place.
    if (response.status === 409 && isConflict(text) && hop === undefined && !isLate) {
      await delay(CONFLICT_PAUSE_MS);
      continue;
    }
    const location = response.headers.get("location");
    if (location !== null) reply.header("location", location);
    reply.status(response.status);
    return text === "" ? reply.send() : reply.type("application/json").send(text);
  }
}

async function ask(
  request: FastifyRequest,
  target: URL,
): Promise<{ readonly response: Response; readonly text: string }> {
  const { authorization } = request.headers;
  try {
    const response = await fetch(target, {
      method: request.method,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: "application/json",
        ...(authorization === undefined ? {} : { authorization }),
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    return { response, text: await response.text() };
  } catch (error) {
    const cause = errorMessage((error as { cause?: unknown }).cause ?? error);
    throw new HerderError(500, `IO Error trying to forward REST request: ${cause}`);
  }
}

/** The other 409, that a name is taken, stays. */
function isConflict(text: string): boolean {
  return text.includes("Cannot complete request");
}
