import type { CodeableConcept } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { mapCode } from "../codesystems/concept-maps.ts";
import { LANGUAGES, languageTag } from "../codesystems/language.ts";
import { concept } from "./cwe-codeableconcept.ts";
import { componentsOf } from "./parts.ts";

/**
 * A language as BCP 47, which alone FHIR takes for one that somebody speaks (PrimaryLanguage). What names no language
 * stays as text.
 */
export function language(repetition: Repetition): CodeableConcept | undefined {
  if (repetition.isEmpty || repetition.isNull) return undefined;
  const cwe = componentsOf(repetition);
  const own = concept(cwe);
  if (!own) return undefined;
  const [first] = own.coding ?? [];
  const tag =
    mapCode("PrimaryLanguage", cwe(1))?.code ??
    [cwe(1), cwe(2), cwe(4), cwe(5), cwe(9)].map(languageTag).find((each) => each !== undefined);
  const text = own.text ?? first?.display ?? first?.code;
  if (tag === undefined) return text === undefined ? undefined : { text };
  const said = own.text ?? first?.display ?? own.coding?.[1]?.display;
  return {
    coding: [{ system: LANGUAGES, code: tag }],
    ...(said === undefined ? {} : { text: said }),
  };
}
