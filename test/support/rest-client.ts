import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface Answer {
  readonly status: number;
  // The tests assert on the answer's shape, which is what they are about.
  readonly body: unknown;
}

export async function rest(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(new URL(path, url), {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : parseOrText(text) };
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface ConnectorFile {
  readonly name: string;
  readonly config: Record<string, string>;
}

/** A file of `connect-configs/`, with some settings replaced. */
export function connectorConfig(
  file: string,
  overrides: Readonly<Record<string, string>> = {},
): ConnectorFile {
  const { name, config } = JSON.parse(
    readFileSync(`connect-configs/${file}.json`, "utf8"),
  ) as ConnectorFile;
  return { name, config: { ...config, ...overrides } };
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly {
    readonly id: number;
    readonly state: string;
    readonly trace?: string;
  }[];
}

/** Posts a connector and waits until it and its tasks run. */
export async function postConnector(url: string, file: ConnectorFile): Promise<void> {
  const answer = await rest(url, "POST", "/connectors", file);
  if (answer.status !== 201) {
    throw new Error(`POST ${file.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  await connectorRunning(url, file.name);
}

export async function connectorRunning(url: string, name: string): Promise<void> {
  await eventually(`${name} runs`, async () => {
    const { status, body } = await rest(url, "GET", `/connectors/${name}/status`);
    if (status !== 200) return false;
    const { connector, tasks } = body as ConnectorStatus;
    const failed = [connector, ...tasks].find(({ state }) => state === "FAILED");
    if (failed) throw new Error(`${name} FAILED: ${failed.trace}`);
    return tasks.length > 0 && tasks.every(({ state }) => state === "RUNNING");
  });
}

/**
 * Asks again until the answer is yes. For what happens in another process, where there is no event
 * to wait for.
 */
export async function eventually(
  what: string,
  question: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
  everyMs = 50,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await question())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(everyMs);
  }
}
