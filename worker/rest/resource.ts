import type { FastifyInstance } from "fastify";
import type { Herder } from "../herder/herder.ts";
import type { Metrics } from "../metrics/index.ts";
import type { ClientTls } from "./tls.ts";

export interface RestOptions {
  readonly herder: Herder;
  readonly metrics: Metrics;
  /** Version of Kafka Connect whose API this is: clients choose what they ask for by it. */
  readonly version: string;
  readonly commit: string;
  /** The worker's `schema.registry.url`; `embedded:DIR` has the registry served. */
  readonly schemaRegistryUrl?: string | null;
  /** How long an operation may take before its request is answered with 500, in milliseconds; by default 90 s. */
  readonly requestTimeoutMs?: number;
  /** How long a client may take to send a request, in milliseconds; by default 60 s. */
  readonly receiveTimeoutMs?: number;
  /** For requests to other workers that listen on https. */
  readonly clientTls?: ClientTls;
  /** What is done with every request and answer, in order. */
  readonly responseRules?: readonly ResponseRule[];
}

/** One file per noun adds its routes. */
export type Resource = (app: FastifyInstance, options: RestOptions) => void;

/** Something that holds for all routes, such as headers or authentication. */
export type ResponseRule = (app: FastifyInstance) => void;
