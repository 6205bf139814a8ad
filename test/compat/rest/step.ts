import type { Shape } from "./tools/readable.ts";

/** One request that both workers get, with the same text but for `~`, which is each worker's own name. */
export interface Step {
  readonly method: string;
  readonly path: string;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  /** By default `application/json` when there is a body; null sends none. */
  readonly contentType?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Both workers have to come to an answer that holds this before they are compared. */
  readonly until?: RegExp;
  /** What the sender reads of the answer; both workers' answers have to have it. */
  readonly reads?: Shape;
  /** Response headers that are compared too. */
  readonly compareHeaders?: readonly string[];
}

/** Steps that build on each other, in order. Scenarios do not depend on one another. */
export interface Scenario {
  readonly name: string;
  /** Whether it also runs in the short form of the suite. */
  readonly short?: boolean;
  readonly steps: readonly Step[];
}

type Extra = Omit<Step, "method" | "path" | "body">;

export const get = (path: string, extra: Extra = {}): Step => ({ method: "GET", path, ...extra });
export const remove = (path: string, extra: Extra = {}): Step => ({
  method: "DELETE",
  path,
  ...extra,
});
const withBody =
  (method: string) =>
  (path: string, body?: unknown, extra: Extra = {}): Step => ({ method, path, body, ...extra });
export const post = withBody("POST");
export const put = withBody("PUT");
export const patch = withBody("PATCH");

/** Waits until both workers show the connector in a state, with that many tasks, all in a state. */
export function settled(
  name: string,
  state: string,
  tasks: readonly string[] = [],
  extra: Extra = {},
): Step {
  const task = tasks.map((each, id) => `\\{"id":${id},"state":"${each}".*?\\}`).join(",");
  const until = new RegExp(
    `"connector":\\{"state":"${state}".*?\\},"tasks":\\[${task}\\],"type`,
    "s",
  );
  return get(`/connectors/${name}/status`, { until, ...extra });
}

/** How a step is named in reports and in the list of accepted differences. */
export function titleOf({ method, path, body, contentType, headers }: Step): string {
  const payload =
    body === undefined ? "" : ` ${typeof body === "string" ? body : JSON.stringify(body)}`;
  const type = contentType === undefined ? "" : ` [content-type ${contentType}]`;
  const more = Object.entries(headers ?? {}).map(([key, value]) => ` [${key} ${value}]`);
  return `${method} ${path}${payload}${type}${more.join("")}`;
}
