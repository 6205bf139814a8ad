import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HerderError } from "../herder/herder.ts";
import type { NotHereError } from "../herder/work-sharing.ts";
import { errorMessage } from "../logging/index.ts";
import type { ClientTls } from "./tls.ts";

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
  tls: ClientTls | undefined,
): Promise<FastifyReply> {
  const { forward: hop } = request.query as { forward?: string };
  if (hop === "false") throw new HerderError(409, CONFLICT);
  if (url === undefined) throw new HerderError(409, message);
  const target = new URL(request.url, url);
  target.searchParams.set("forward", String(hop === undefined));
  const deadline = performance.now() + CONFLICT_MS;
  for (;;) {
    const { status, location, text } = await ask(request, target, tls);
    const isLate = performance.now() > deadline;
    // Who has it is being decided; the worker that the client asked is patient in its place.
    if (status === 409 && isConflict(text) && hop === undefined && !isLate) {
      await delay(CONFLICT_PAUSE_MS);
      continue;
    }
    if (location !== undefined) reply.header("location", location);
    reply.status(status);
    return text === "" ? reply.send() : reply.type("application/json").send(text);
  }
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** Redirects are not followed. */
async function ask(
  request: FastifyRequest,
  target: URL,
  tls: ClientTls | undefined,
): Promise<Answer> {
  const { authorization } = request.headers;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const options = {
    ...(target.protocol === "https:" ? tls : {}),
    method: request.method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      accept: "application/json",
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      "content-length": Buffer.byteLength(body ?? ""),
    },
  };
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const send = target.protocol === "https:" ? secureRequest : plainRequest;
      const sent = send(target, options, (response) => {
        const { statusCode: status = 500, headers } = response;
        textOf(response).then(
          (text) => resolve({ status, location: headers.location, text }),
          reject,
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  } catch (error) {
    throw new HerderError(
      500,
      `IO Error trying to forward REST request: ${errorMessage(error)}${adviceOn(error)}`,
    );
  }
}

/** Whose certificate is not trusted, or has another name, is told by a code alone. */
function adviceOn(error: unknown): string {
  const { code = "" } = error as { code?: string };
  return /CERT|SELF_SIGNED|TLS|SSL/.test(code)
    ? ` (${code}): the workers' listeners.https.ssl.* have to trust each other`
    : "";
}

/** The other 409, that a name is taken, stays. */
function isConflict(text: string): boolean {
  return text.includes("Cannot complete request");
}
