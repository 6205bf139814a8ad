import { DEFAULT_DELIMITERS } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { encodeEscapes } from "./escape.ts";
import { Hl7ParseError } from "./hl7-parse-error.ts";
import { NULL_TEXT } from "./field.ts";

/** A component: a value, null (`""`: delete what you have), or its sub-components. */
export type ComponentValue = string | null | readonly (string | null)[];
/** A field: a value, null, its components, or several repetitions. */
export type FieldValue = string | null | readonly ComponentValue[] | Repeated;

export interface Repeated {
  readonly repetitions: readonly (string | null | readonly ComponentValue[])[];
}

/** A field with several repetitions. */
export function repeated(
  ...repetitions: readonly (string | null | readonly ComponentValue[])[]
): Repeated {
  return { repetitions };
}

/**
 * Writes a segment. Every value is escaped, so none can add a field, a component or a segment; empty
 * fields at the end are left out. For MSH, `fields` begins with MSH-3. Throws Hl7ParseError for a name that is none.
 */
export function buildSegment(
  name: string,
  fields: readonly FieldValue[],
  delimiters: Delimiters = DEFAULT_DELIMITERS,
): string {
  // A name is not escaped, so it may be nothing but a name.
  if (!/^[A-Z][A-Z0-9]{2}$/.test(name)) {
    throw new Hl7ParseError(
      "HL7_PATH_INVALID",
      "A segment's name is three capital letters or digits",
    );
  }
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

/** The text of a field, escaped. */
export function fieldText(value: FieldValue, delimiters: Delimiters = DEFAULT_DELIMITERS): string {
  if (value !== null && typeof value === "object" && "repetitions" in value) {
    return value.repetitions
      .map((repetition) => repetitionText(repetition, delimiters))
      .join(delimiters.repetition);
  }
  return repetitionText(value, delimiters);
}

function repetitionText(
  value: string | null | readonly ComponentValue[],
  delimiters: Delimiters,
): string {
  if (value === null || typeof value === "string") return valueText(value, delimiters);
  return joined(
    value.map((component) =>
      component === null || typeof component === "string"
        ? valueText(component, delimiters)
        : joined(
            component.map((part) => valueText(part, delimiters)),
            delimiters.subcomponent,
          ),
    ),
    delimiters.component,
  );
}

function valueText(value: string | null, delimiters: Delimiters): string {
  return value === null ? NULL_TEXT : encodeEscapes(value, delimiters);
}

function joined(parts: string[], separator: string): string {
  while (parts.at(-1) === "") parts.pop();
  return parts.join(separator);
}
