import type { Extension, HumanName } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { Conversion } from "../conversion.ts";
import { drToPeriod, periodOf } from "./dr-period.ts";
import { subcomponentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";
import { codeTable } from "../codesystems/code-table.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

/** Parts of a family name that have extensions of their own, FN.2 to FN.5. */
const FAMILY_PARTS = ["own-prefix", "own-name", "partner-prefix", "partner-name"] as const;

/** Name representation (table 0465): alphabetic, ideographic, phonetic. */
const REPRESENTATION: Readonly<Record<string, string>> = codeTable({
  A: "ABC",
  I: "IDE",
  P: "SYL",
});

/**
 * Maps an XPN to a HumanName: XPN.1 family (FN), XPN.2 and XPN.3 given, XPN.4, XPN.6 and XPN.14 suffix, XPN.5 prefix,
 * XPN.7 use, XPN.8 representation, XPN.10, XPN.12 and XPN.13 period, XPN.11 assembly order.
 *
 * undefined without a family or given name. Source: HL7 v2-to-FHIR, XPN[HumanName], FN[HumanName].
 */
export function xpnToHumanName(xpn: Repetition, conversion: Conversion): HumanName | undefined {
  const text = (position: number): string => xpn.component(position).value;
  const start = conversion.dateTime(text(12));
  const end = conversion.dateTime(text(13));
  const name = humanName({
    family: subcomponentsOf(xpn.component(1)),
    given: [text(2), ...text(3).split(" ")],
    suffix: [text(4), text(6), text(14)],
    prefix: text(5),
    use: text(7),
    period:
      start || end
        ? periodOf(start, end)
        : drToPeriod(subcomponentsOf(xpn.component(10)), conversion),
    assemblyOrder: text(11),
  });
  const representation = REPRESENTATION[text(8)];
  if (name && representation !== undefined) {
    name.extension = [
      ...(name.extension ?? []),
      { url: `${EXTENSION}/iso21090-EN-representation`, valueCode: representation },
    ];
  }
  return name;
}

/** XPN.15 (called by) as a nickname. */
export function calledBy(xpn: Repetition): HumanName | undefined {
  const given = xpn.component(15).value;
  return given === "" ? undefined : { use: "nickname", given: [given] };
}

/** The family name alone. Source: XPN[string]. */
export function xpnToString(xpn: Repetition): string | undefined {
  return xpn.value || xpn.component(2).value || undefined;
}

export interface NameParts {
  readonly family: Parts;
  readonly given: readonly string[];
  readonly suffix: readonly string[];
  readonly prefix: string;
  /** A code of table 0200. */
  readonly use: string;
  readonly period: HumanName["period"];
  /** A code of table 0444. */
  readonly assemblyOrder: string;
}

const isFilled = (text: string): boolean => text.trim() !== "";

/** undefined when there is neither a family nor a given name. */
export function humanName(parts: NameParts): HumanName | undefined {
  const given = parts.given.filter(isFilled);
  const family = parts.family(1);
  if (!isFilled(family) && given.length === 0) return undefined;
  const use = mapCode("NameType", parts.use)?.code as HumanName["use"];
  const order = mapCode("NameAssemblyOrder", parts.assemblyOrder)?.code;
  const suffix = parts.suffix.filter(isFilled);
  const name: HumanName = {};
  if (order) {
    name.extension = [{ url: `${EXTENSION}/humanname-assembly-order`, valueCode: order }];
  }
  if (use) name.use = use;
  if (isFilled(family)) name.family = family;
  const familyParts = familyExtensions(parts.family);
  if (familyParts.length > 0 && isFilled(family))
    Object.assign(name, { _family: { extension: familyParts } });
  if (given.length > 0) name.given = given;
  if (isFilled(parts.prefix)) name.prefix = [parts.prefix];
  if (suffix.length > 0) name.suffix = suffix;
  if (parts.period) name.period = parts.period;
  return name;
}

function familyExtensions(family: Parts): Extension[] {
  return FAMILY_PARTS.flatMap((part, index) => {
    const valueString = family(index + 2);
    return valueString === "" ? [] : [{ url: `${EXTENSION}/humanname-${part}`, valueString }];
  });
}
