import { Ajv } from "ajv";
import type { HttpAnswer } from "#test/support/ask";

/**
 * What a tool reads of an answer, as JSON Schema: the members that it takes, with their types. Tools ignore
 * members that they do not know, so any may be there beside them.
 */
export type Shape = Readonly<Record<string, unknown>>;

export const text: Shape = { type: "string" };
export const textOrNull: Shape = { type: ["string", "null"] };
export const whole: Shape = { type: "integer" };
export const truth: Shape = { type: "boolean" };
export const list = (items: Shape): Shape => ({ type: "array", items });
export const mapOf = (values: Shape): Shape => ({ type: "object", additionalProperties: values });
export const oneOf = (...values: readonly string[]): Shape => ({ enum: values });
export const orNull = (shape: Shape): Shape => ({ anyOf: [shape, { type: "null" }] });
/** An object with those members, and more that may be missing. */
export const members = (
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape => ({
  type: "object",
  required: Object.keys(required),
  properties: { ...required, ...optional },
});
/** An answer without a body. */
export const nothing: Shape = { const: "" };

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });

/** Why a tool cannot read an answer; empty when it can. */
export function unreadable({ text: body }: HttpAnswer, shape: Shape): readonly string[] {
  const validate = ajv.compile(shape);
  if (validate(parsed(body))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) =>
      `${instancePath === "" ? "the answer" : instancePath} ${message}`,
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
