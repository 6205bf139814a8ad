import { exactNumber } from "#lib/exact-json";

/**
 * An HL7 NM as a FHIR decimal with all its digits: 7.10 stays 7.10. Undefined for what is no number.
 *
 * `+7`, `.5`, `007` and `7.` are legal in HL7 and not in JSON: sign, zeros and point are put right, digits
 * are left alone. The type says number, as FHIR's types do; the value is an exact JSON number.
 */
export function fhirDecimal(text: string): number | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match || `${match[2]}${match[3] ?? ""}` === "") return undefined;
  const whole = (match[2] ?? "").replace(/^0+(?=\d)/, "") || "0";
  const sign = match[1] === "-" ? "-" : "";
  const fraction = match[3] ? `.${match[3]}` : "";
  return exactNumber(`${sign}${whole}${fraction}`) as unknown as number;
}
