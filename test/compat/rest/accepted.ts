import { readFileSync } from "node:fs";
import type { Difference } from "./compare.ts";

/**
 * One accepted difference between Kafka Connect's answers and ours. It covers a difference when every pattern
 * that it has matches.
 */
export interface Accepted {
  readonly what: string;
  /** Why ours is better, or why it cannot be the same. */
  readonly why: string;
  /** Pattern of the step's title: `^PUT /connector-plugins/`. */
  readonly step?: string;
  /** Pattern of the place in the answer. */
  readonly at?: string;
  /** Patterns of the values, as JSON text. */
  readonly kafka?: string;
  readonly ours?: string;
}

export function readAccepted(): readonly Accepted[] {
  const text = readFileSync(new URL("accepted-differences.json", import.meta.url), "utf8");
  return JSON.parse(text) as readonly Accepted[];
}

export function covers(accepted: Accepted, step: string, difference: Difference): boolean {
  const fits = (pattern: string | undefined, value: unknown): boolean =>
    pattern === undefined ||
    new RegExp(pattern, "s").test(
      typeof value === "string" ? value : String(JSON.stringify(value)),
    );
  return (
    fits(accepted.step, step) &&
    fits(accepted.at, difference.at) &&
    fits(accepted.kafka, difference.kafka) &&
    fits(accepted.ours, difference.ours)
  );
}
