import type { HumanName } from "fhir/r4";
import { fhirDate } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { nameUse } from "../codesystems/tables.ts";

/**
 * Maps an XPN to a HumanName: XPN.1 family, XPN.2 and XPN.3 given, XPN.4 and XPN.6 suffix, XPN.5 prefix,
 * XPN.7 use, XPN.12 and XPN.13 period. Source: HL7 v2-to-FHIR, XPN[HumanName].
 */
export function xpnToHumanName(xpn: Repetition): HumanName | undefined {
  return humanName({
    family: xpn.component(1).value,
    given: [xpn.component(2).value, ...xpn.component(3).value.split(" ")],
    suffix: [xpn.component(4).value, xpn.component(6).value],
    prefix: [xpn.component(5).value],
    use: nameUse[xpn.component(7).value],
    start: fhirDate(xpn.component(12).value),
    end: fhirDate(xpn.component(13).value),
  });
}

interface NameParts {
  readonly family: string;
  readonly given: readonly string[];
  readonly suffix: readonly string[];
  readonly prefix: readonly string[];
  readonly use: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** undefined when there is neither a family nor a given name. */
export function humanName(parts: NameParts): HumanName | undefined {
  const given = parts.given.filter((name) => name !== "");
  if (parts.family === "" && given.length === 0) return undefined;
  return {
    ...(parts.use === undefined ? {} : { use: parts.use as NonNullable<HumanName["use"]> }),
    family: parts.family,
    given,
    prefix: parts.prefix.filter((part) => part !== ""),
    suffix: parts.suffix.filter((part) => part !== ""),
    period: { start: parts.start ?? "", end: parts.end ?? "" },
  };
}
