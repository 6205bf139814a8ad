import { DEFAULT_DELIMITERS } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { encodeEscapes } from "./escape.ts";

/** A component: a value, or its sub-components. */
export type ComponentValue = string | readonly string[];
/** A field: a value, its components, or several repetitions. */
export type FieldValue = string | readonly ComponentValue[] | Repeated;

export interface Repeated {
  readonly repetitions: readonly (string | readonly ComponentValue[])[];
}

/** A field with several repetitions. */
export function repeated(
  ...repetitions: readonly (string | readonly ComponentValue[])[]
): Repeated {
  return { repetitions };
}

/**
 * Writes a segment. Every value is escaped, so none can add a field, a component or a segment; empty
 * fields at the end are left out. For MSH, `fields` begins with MSH-3.
 */
export function buildSegment(
  name: string,
  fields: readonly FieldValue[],
  delimiters: Delimiters = DEFAULT_DELIMITERS,
): string {
  const written = fields.map((field) => fieldText(field, delimiters));
  while (written.at(-1) === "") written.pop();
  const { field, component, repetition, escape, subcomponent, truncation = "" } = delimiters;
  const head =
    name === "MSH"
      ? `MSH${field}${component}${repetition}${escape}${subcomponent}${truncation}`
      : name;
  return [head, ...written].join(field);
}

/** Writes a message: segments, each ended by a carriage return. */
export function buildMessage(segments: readonly string[]): string {
  return segments.map((segment) => `${segment}\r`).join("");
}

function fieldText(value: FieldValue, delimiters: Delimiters): string {
  if (typeof value === "object" && "repetitions" in value) {
    return value.repetitions
      .map((repetition) => repetitionText(repetition, delimiters))
      .join(delimiters.repetition);
  }
  return repetitionText(value, delimiters);
}

function repetitionText(value: string | readonly ComponentValue[], delimiters: Delimiters): string {
  if (typeof value === "string") return encodeEscapes(value, delimiters);
  return joined(
    value.map((component) =>
      typeof component === "string"
        ? encodeEscapes(component, delimiters)
        : joined(
            component.map((part) => encodeEscapes(part, delimiters)),
            delimiters.subcomponent,
          ),
    ),
    delimiters.component,
  );
}

function joined(parts: string[], separator: string): string {
  while (parts.at(-1) === "") parts.pop();
  return parts.join(separator);
}
