import { Random } from "../../../fuzz/random.ts";
import type { HttpAnswer } from "#test/support/ask";
import type { WorkerProcess } from "#test/support/worker-process";
import { post, put, remove } from "../step.ts";
import type { Step } from "../step.ts";
import { ownConfigStep } from "./own-configs.ts";
import type { PluginDefinition } from "./own-configs.ts";
import { randomConfig } from "./random-configs.ts";
import { STANDING, randomRequest } from "./random-requests.ts";

export interface FuzzPlan {
  readonly seed: number;
  /** Of each, from the first to the last. */
  readonly count: number;
  readonly from?: number;
}

/** The connectors that the requests are about. */
export const standingSteps: readonly Step[] = Object.entries(STANDING).map(([name, rest]) =>
  post("/connectors", { name, ...rest }),
);

/**
 * Random configs, each checked and then given to a connector; the same for the same seed. Every tenth time the
 * connector is deleted, so that some are created and some changed.
 */
export function* configSteps({ seed, count, from = 0 }: FuzzPlan): Generator<Step> {
  for (let nth = from; nth < from + count; nth += 1) {
    const config = randomConfig(new Random(seed * 1_000_003 + nth));
    const plugin = String(config["connector.class"] ?? "FileStreamSource");
    yield put(`/connector-plugins/${encodeURIComponent(plugin) || "x"}/config/validate`, config);
    yield put("/connectors/~cfg/config", config);
    if (nth % 10 === 9) yield remove("/connectors/~cfg");
  }
}

/** Random requests to the standing connectors and to everything else. */
export function* requestSteps({ seed, count, from = 0 }: FuzzPlan): Generator<Step> {
  for (let nth = from; nth < from + count; nth += 1) {
    yield randomRequest(new Random(seed * 2_000_003 + nth));
  }
}

/** Random configs of all connectors and transformations that the worker has. */
export function* ownSteps(
  plugins: readonly PluginDefinition[],
  { seed, count, from = 0 }: FuzzPlan,
): Generator<Step> {
  for (let nth = from; nth < from + count; nth += 1) {
    yield ownConfigStep(plugins, new Random(seed * 3_000_017 + nth));
  }
}

/** What Kafka Connect answers with 500 too, by the text that this worker gives. */
const KAFKAS_500: readonly (readonly [what: string, text: RegExp])[] = [
  ["no JSON", /^Unexpected character/],
  ["JSON of another shape", /^(Cannot (deserialize|construct)|Unrecognized field)/],
  ["offsets that hold objects", /^Offsets may only contain primitive types/],
  // What a connector's alterOffsets throws.
  [
    "offsets that the connector refuses",
    /^(Partition|Offset|The (partition|value for the '|position)|Failed to)/,
  ],
];

/** What is wrong with an answer of this worker; empty when nothing is. */
export function problemsOf(step: Step, { status, headers, text }: HttpAnswer): readonly string[] {
  const problems: string[] = [];
  if (status < 400 || step.method === "HEAD") return problems;
  if (!headers["content-type"]?.startsWith("application/json")) {
    problems.push(`an error that is ${headers["content-type"]}`);
  }
  const { error_code: code, message } = errorOf(text);
  if (code !== status || typeof message !== "string" || message === "") {
    problems.push(`an error without its code and text: ${text.slice(0, 200)}`);
  } else if (status >= 500 && !KAFKAS_500.some(([, known]) => known.test(message))) {
    problems.push(`${status}, which Kafka Connect is not known to give: ${message.slice(0, 300)}`);
  }
  return problems;
}

function errorOf(text: string): { readonly error_code?: unknown; readonly message?: unknown } {
  try {
    return JSON.parse(text) as { error_code?: unknown };
  } catch {
    return {};
  }
}

/** What the worker wrote about faults of its own. */
export function faultsIn(worker: WorkerProcess): readonly string[] {
  return worker
    .output()
    .split("\n")
    .filter((line) => /UNHANDLED_REJECTION|REST_FAILED|uncaught|^\s+at .*\.ts:\d/i.test(line));
}
