import { parseDateTime } from "../datetime.ts";
import { dataTypeInfo } from "../dictionary/dictionary.ts";

const TIME = /^(?:[01]\d|2[0-4])(?:[0-5]\d(?:[0-5]\d(?:\.\d{1,9})?)?)?(?:[+-]\d{2}(?:\d{2})?)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** The primitive types whose values have a form. Source: HL7 v2.9 chapter 2A.3. */
const forms: Readonly<Record<string, (value: string) => boolean>> = {
  DT: (value) => /^\d{4}(?:\d{2}(?:\d{2})?)?$/.test(value) && parseDateTime(value) !== undefined,
  DTM: (value) => parseDateTime(value) !== undefined,
  TM: (value) => TIME.test(value),
  NM: (value) => NUMBER.test(value.trim()),
  SI: (value) => /^\d+$/.test(value.trim()),
};

/**
 * Whether a value has the form of one of these types; true for types without a form, and for composite ones. TS is
 * a DTM with a second component.
 */
export function hasFormOf(types: readonly string[], value: string): boolean {
  let hasForm = false;
  for (const type of types) {
    const form = forms[type === "TS" ? "DTM" : type];
    // A type without a form takes everything.
    if (!form) return true;
    hasForm ||= form(value);
  }
  return hasForm || types.length === 0;
}

/** Whether each of these types has a form. */
export function isFormed(types: readonly string[]): boolean {
  for (const type of types) if (!FORMED.has(type)) return false;
  return types.length > 0;
}

const FORMED: ReadonlySet<string> = new Set(["TS", ...Object.keys(forms)]);

/** Positions of the components of a composite type that have a form, with the component's types. */
export function formedComponents(
  types: readonly string[],
): readonly (readonly [position: number, types: readonly string[]])[] {
  const [type = ""] = types;
  let known = formedByType.get(type);
  if (!known) {
    known = (dataTypeInfo(type)?.components ?? []).flatMap((component, index) =>
      isFormed(component.types) ? [[index + 1, component.types] as const] : [],
    );
    // Bounded by the data types that there are.
    formedByType.set(type, known);
  }
  return known;
}

const formedByType = new Map<
  string,
  readonly (readonly [position: number, types: readonly string[]])[]
>();
