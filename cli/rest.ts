import { CommandError } from "./command.ts";

export const REST_USAGE = "[--url http://127.0.0.1:8083]";
export const restOptions = {
  url: { type: "string", default: process.env["CONNECT_URL"] ?? "http://127.0.0.1:8083" },
} as const;

/** Asks the worker. Returns the answer's JSON, or undefined for an empty one. Throws CommandError. */
export async function ask(
  url: string,
  method: string,
  path: string,
  body?: string,
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method,
      ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
    });
  } catch {
    throw new CommandError(
      `No worker answers at ${url}; start one, or give its address with --url`,
    );
  }
  const text = await response.text();
  if (!response.ok) throw new CommandError(messageOf(text) ?? `HTTP ${response.status}`);
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`What answers at ${url} is not a worker`);
  }
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}
