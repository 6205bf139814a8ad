import { parse, v5 } from "uuid";

/** The name space of all ids that this product makes; never to be changed, or replays would duplicate. */
const NAMESPACE = parse("5f0c2b1e-6a53-5f9d-9a59-6c0f0a4f8e21");
const encoder = new TextEncoder();

/**
 * The id of a resource: a UUID (version 5) over its type and what identifies it, so the same patient,
 * visit or result has the same id in every message and every replay.
 *
 * The parts are kept apart by their JSON form: ["ab","c"] and ["a","bc"] are different.
 */
export function resourceId(resourceType: string, ...identity: readonly string[]): string {
  return v5(encoder.encode(JSON.stringify([resourceType, ...identity])), NAMESPACE);
}
