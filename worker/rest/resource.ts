import type { FastifyInstance } from "fastify";
import type { Herder } from "../herder/herder.ts";
import type { Metrics } from "../metrics/index.ts";

export interface RestOptions {
  readonly herder: Herder;
  readonly metrics: Metrics;
  /** `http://host:port`; port 0 takes a free one. */
  readonly listener: string;
  readonly version: string;
  readonly commit: string;
  /** The worker's `schema.registry.url`; `embedded:DIR` has the registry served. */
  readonly schemaRegistryUrl?: string | null;
}

/** One file per noun adds its routes. */
export type Resource = (app: FastifyInstance, options: RestOptions) => void;
