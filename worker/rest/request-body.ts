import { HerderError } from "../herder/herder.ts";
import type { RawConfig } from "../herder/herder.ts";

/**
 * Reading of JSON bodies. Kafka's binder answers 500 for what it cannot bind, and tools know that, so
 * the status stays; the texts begin as Kafka's do and name members, never values.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HerderError(500, "Unexpected character: the request body is not valid JSON");
  }
}

/** An object with no other members than those. */
export function objectBody(body: unknown, members: readonly string[]): JsonObject {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw cannotBind("the request body", "a JSON object");
  }
  for (const member of Object.keys(body)) {
    if (members.includes(member)) continue;
    const known = members.map((each) => `"${each}"`).join(", ");
    const message = `Unrecognized field "${member}", not marked as ignorable (${members.length} known properties: ${known})`;
    throw new HerderError(500, message);
  }
  return body as JsonObject;
}

/** A map of settings: numbers and booleans become text, null stays, anything nested is refused. */
export function configBody(body: unknown, what = "the connector config"): RawConfig {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw cannotBind(what, "a map of text");
  }
  const config: Record<string, string | null> = Object.create(null) as Record<
    string,
    string | null
  >;
  for (const [key, value] of Object.entries(body)) {
    if (typeof value === "object" && value !== null) {
      throw cannotBind(`"${key}" of ${what}`, "text");
    }
    config[key] = value === null ? null : String(value);
  }
  return { ...config };
}

export function cannotBind(what: string, wanted: string): HerderError {
  return new HerderError(500, `Cannot deserialize value of type: ${what} has to be ${wanted}`);
}
