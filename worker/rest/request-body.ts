import { exactNumber, isExactNumber, parseExactJson } from "#lib/exact-json";
import { HerderError } from "../herder/herder.ts";
import type { RawConfig } from "../herder/herder.ts";

/**
 * Reading of JSON bodies. Kafka's binder answers 500 for what it cannot bind, and tools know that, so
 * the status stays; the texts begin as Kafka's do and name members, never values.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A number that JavaScript would write in another way (`1.50`, more than 2^53) stays an ExactNumber:
 * settings are text, and Kafka Connect stores the digits that were sent.
 */
export function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return parseExactJson(text, (source, value) =>
      String(value) === source ? value : exactNumber(source),
    );
  } catch {
    throw new HerderError(500, "Unexpected character: the request body is not valid JSON");
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value)
  );
}

/** An object with no other members than those. */
export function objectBody(body: unknown, members: readonly string[]): JsonObject {
  if (!isJsonObject(body)) throw cannotBind("the request body", "a JSON object");
  for (const member of Object.keys(body)) {
    if (members.includes(member)) continue;
    const known = members.map((each) => `"${each}"`).join(", ");
    const message = `Unrecognized field "${member}", not marked as ignorable (${members.length} known properties: ${known})`;
    throw new HerderError(500, message);
  }
  return body;
}

/** A map of settings: numbers and booleans become text, null stays, anything nested is refused. */
export function configBody(body: unknown, what = "the connector config"): RawConfig {
  if (!isJsonObject(body)) throw cannotBind(what, "a map of text");
  const config: Record<string, string | null> = Object.create(null) as Record<
    string,
    string | null
  >;
  for (const [key, value] of Object.entries(body)) {
    config[key] = value === null ? null : textOf(value, `"${key}" of ${what}`);
  }
  return { ...config };
}

/** The text of a JSON text, number or boolean. */
export function textOf(value: unknown, what: string): string {
  if (isExactNumber(value)) return value.rawJSON;
  if (typeof value === "object") throw cannotBind(what, "text");
  return String(value);
}

export function cannotBind(what: string, wanted: string): HerderError {
  return new HerderError(500, `Cannot deserialize value of type: ${what} has to be ${wanted}`);
}
