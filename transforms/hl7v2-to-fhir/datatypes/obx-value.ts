import type { Observation } from "fhir/r4";
import { fhirDecimal, fhirTime } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "./cwe-codeableconcept.ts";
import { quantityOf, unitOf } from "./quantity.ts";

type Value = Pick<
  Observation,
  | "valueQuantity"
  | "valueString"
  | "valueCodeableConcept"
  | "valuePeriod"
  | "valueDateTime"
  | "valueRange"
  | "valueRatio"
  | "valueTime"
>;

const COMPARATORS: ReadonlySet<string> = new Set(["<", "<=", ">=", ">"]);

/**
 * The value of an OBX by its type (OBX-2); {} when there is none.
 *
 * Whatever does not fit its type becomes text as it was sent, so that no result is lost; so do types that
 * have no element of their own (ED, RP, NA and the rest). Source: HL7 v2-to-FHIR, OBX[Observation], rows of OBX-5.
 */
export function obxValue(obx: Segment, conversion: Conversion): Value {
  const field = obx.field(5);
  if (field.isEmpty || field.isNull) return {};
  const text = (): Value => {
    const valueString = field.repetitions
      .map((repetition) => decoded(repetition))
      .join("\n")
      .trim();
    return valueString === "" ? {} : { valueString };
  };
  const units = obx.field(6);
  switch (obx.field(2).value) {
    case "NM": {
      const quantity = quantityOf(field.value, units);
      return quantity && field.repetitions.length === 1 ? { valueQuantity: quantity } : text();
    }
    case "SN":
      return structuredNumeric(obx) ?? text();
    case "CWE":
    case "CNE":
    case "CE":
    case "CF":
    case "IS": {
      const concept = cweToCodeableConcept(field.first);
      return concept ? { valueCodeableConcept: concept } : text();
    }
    case "DT":
    case "DTM":
    case "TS": {
      const valueDateTime = conversion.dateTime(field.value);
      return valueDateTime ? { valueDateTime } : text();
    }
    case "TM": {
      const valueTime = fhirTime(field.value);
      return valueTime ? { valueTime } : text();
    }
    case "DR": {
      const start = conversion.dateTime(field.component(1).value);
      const end = conversion.dateTime(field.component(2).value);
      return start || end ? { valuePeriod: { start: start ?? "", end: end ?? "" } } : text();
    }
    case "NR": {
      const low = quantityOf(field.component(1).value, units);
      const high = quantityOf(field.component(2).value, units);
      return low || high
        ? { valueRange: { ...(low ? { low } : {}), ...(high ? { high } : {}) } }
        : text();
    }
    default:
      return text();
  }
}

/** All components of a repetition, decoded, with blanks between them. */
function decoded(repetition: ReturnType<Segment["field"]>["first"]): string {
  const parts: string[] = [];
  for (let position = 1; position <= repetition.componentCount; position += 1) {
    const component = repetition.component(position);
    for (let sub = 1; sub <= component.subcomponentCount; sub += 1) {
      const part = component.subcomponent(sub);
      if (part !== "") parts.push(part);
    }
  }
  return parts.join(" ");
}

/** SN: comparator, first number, separator (`-`, `/`, `:`), second number. Source: SN[Quantity], SN[Range], SN[Ratio]. */
function structuredNumeric(obx: Segment): Value | undefined {
  const field = obx.field(5);
  const unit = unitOf(obx.field(6));
  const [comparator, first, separator, second] = [1, 2, 3, 4].map(
    (position) => field.component(position).value,
  ) as [string, string, string, string];
  const low = fhirDecimal(first);
  const high = fhirDecimal(second);
  if (low === undefined || (second !== "" && high === undefined)) return undefined;
  if (separator === "" && second === "") {
    if (comparator === "" || comparator === "=") return { valueQuantity: { value: low, ...unit } };
    if (!COMPARATORS.has(comparator)) return undefined;
    return {
      valueQuantity: { value: low, comparator: comparator as "<", ...unit },
    };
  }
  if (comparator !== "" || high === undefined) return undefined;
  if (separator === "-") {
    return { valueRange: { low: { value: low, ...unit }, high: { value: high, ...unit } } };
  }
  if (separator === "/" || separator === ":") {
    return { valueRatio: { numerator: { value: low, ...unit }, denominator: { value: high } } };
  }
  return undefined;
}
