import { fhirDecimal, fhirTime } from "#lib/fhir";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { ConceptMapName } from "../codesystems/concept-maps.ts";
import type { ValueOf } from "../segment-map.ts";

/** Maps of simple types: ST, ID, IS, NM, DT, DTM, TS and TM to what FHIR calls them. undefined for what is none. */

/** ST, TX, FT: the text, decoded. Source: ST[string], ID[string], IS[string]. */
export const text: ValueOf<string> = (repetition) => repetition.value || undefined;

/** The whole repetition as text: components and sub-components with blanks between them. */
export const wholeText: ValueOf<string> = (repetition) => {
  const { componentCount } = repetition;
  if (componentCount === 1) {
    const component = repetition.component(1);
    if (component.subcomponentCount === 1) return component.value || undefined;
  }
  const parts: string[] = [];
  for (let position = 1; position <= componentCount; position += 1) {
    const component = repetition.component(position);
    for (let sub = 1; sub <= component.subcomponentCount; sub += 1) {
      const part = component.subcomponent(sub);
      if (part !== "") parts.push(part);
    }
  }
  return parts.join(" ") || undefined;
};

/** Source: DTM[dateTime], TS[dateTime]. */
export const dateTime: ValueOf<string> = (repetition, conversion) =>
  conversion.dateTime(repetition.value);

export const date: ValueOf<string> = (repetition, conversion) => conversion.date(repetition.value);

export const instant: ValueOf<string> = (repetition, conversion) =>
  conversion.instant(repetition.value);

export const time: ValueOf<string> = (repetition) => fhirTime(repetition.value);

/** A decimal with its digits. */
export const decimal: ValueOf<number> = (repetition) => fhirDecimal(repetition.value);

/** Source: NM[positiveInt]. */
export const positiveInt: ValueOf<number> = (repetition) => wholeNumber(repetition.value, 1);

export const unsignedInt: ValueOf<number> = (repetition) => wholeNumber(repetition.value, 0);

export function wholeNumber(text: string, least: number): number | undefined {
  if (!/^\+?\d{1,9}(\.0*)?$/.test(text)) return undefined;
  const value = Number.parseInt(text, 10);
  return value >= least ? value : undefined;
}

/** Y and N. Source: ID[boolean], YesNoIndicator. */
export const yesOrNo: ValueOf<boolean> = (repetition) =>
  repetition.value === "Y" ? true : repetition.value === "N" ? false : undefined;

/** A code of a FHIR element by a concept map of the guide. Source: ID[code], IS[code], CWE[code]. */
export function code<V extends string>(map: ConceptMapName): ValueOf<V> {
  return (repetition) =>
    mapCode(map, repetition.value || repetition.component(4).value)?.code as V | undefined;
}

/** The same by a table of ours, for what the guide leaves open. */
export function codeBy<V extends string>(table: Readonly<Record<string, string>>): ValueOf<V> {
  return (repetition) => table[repetition.value] as V | undefined;
}
