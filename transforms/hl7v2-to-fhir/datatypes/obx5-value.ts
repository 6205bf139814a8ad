import type { Observation, Quantity, SampledData } from "fhir/r4";
import { fhirDecimal, fhirTime } from "#lib/fhir";
import type { Field, Repetition, Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { concept } from "./cwe-codeableconcept.ts";
import { absent } from "./cx-identifier.ts";
import { drToPeriod } from "./dr-period.ts";
import { componentsOf } from "./parts.ts";
import { wholeText } from "./primitives.ts";
import { isAscending, quantityOf, rangeOf, unitOf } from "./quantities.ts";

export type ObservationValue = Pick<
  Observation,
  | "valueQuantity"
  | "valueString"
  | "valueCodeableConcept"
  | "valuePeriod"
  | "valueDateTime"
  | "valueRange"
  | "valueRatio"
  | "valueTime"
  | "valueSampledData"
>;

/** Types whose repetitions are the lines of one text. */
export const TEXT_TYPES: ReadonlySet<string> = new Set(["ST", "TX", "FT", ""]);

/** Types that hold a document; it becomes a DocumentReference and no value. */
export const DOCUMENT_TYPES: ReadonlySet<string> = new Set(["ED", "RP"]);

const COMPARATORS: ReadonlySet<string> = new Set(["<", "<=", ">=", ">"]);

/**
 * The value of one repetition of OBX-5 by its type (OBX-2).
 *
 *   NM → valueQuantity; SN → valueQuantity, valueRange or valueRatio; NR → valueRange; NA and MA → valueSampledData
 *   CWE CNE CE CF IS ID → valueCodeableConcept; DT DTM TS → valueDateTime; TM → valueTime; DR → valuePeriod
 *   VR → valueString with a dash; ST TX FT, EI, CX, XCN, XPN, XAD, XTN, XON, HD, PL and the rest → valueString
 *
 * Whatever does not fit its type becomes text as it was sent, so that no result is lost.
 * Source: HL7 v2-to-FHIR, OBX[Observation], rows of OBX-5, SN[Quantity], SN[Range], SN[Ratio].
 */
export function obx5Value(
  type: string,
  repetition: Repetition,
  obx: Segment,
  conversion: Conversion,
): ObservationValue {
  return (
    typedValue(type, repetition, obx.field(6), conversion) ?? textValue(repetition, obx, conversion)
  );
}

function typedValue(
  type: string,
  repetition: Repetition,
  units: Field,
  conversion: Conversion,
): ObservationValue | undefined {
  const parts = componentsOf(repetition);
  switch (type) {
    case "NM": {
      const valueQuantity = quantityOf(repetition.value, units);
      return valueQuantity && { valueQuantity };
    }
    case "SN":
      return structuredNumeric(repetition, units);
    case "CWE":
    case "CNE":
    case "CE":
    case "CF":
    case "IS":
    case "ID": {
      const valueCodeableConcept = concept(parts);
      return valueCodeableConcept && { valueCodeableConcept };
    }
    case "DT":
    case "DTM":
    case "TS": {
      const valueDateTime = conversion.dateTime(repetition.value);
      return valueDateTime === undefined ? undefined : { valueDateTime };
    }
    case "TM": {
      const valueTime = fhirTime(repetition.value);
      return valueTime === undefined ? undefined : { valueTime };
    }
    case "DR": {
      const valuePeriod = drToPeriod(parts, conversion);
      return valuePeriod && { valuePeriod };
    }
    case "NR": {
      const valueRange = rangeOf(parts, units);
      return valueRange && { valueRange };
    }
    case "VR":
      return parts(1) === "" && parts(2) === ""
        ? undefined
        : { valueString: `${parts(1)}-${parts(2)}` };
    default:
      return undefined;
  }
}

function textValue(repetition: Repetition, obx: Segment, conversion: Conversion): ObservationValue {
  const valueString = wholeText(repetition, conversion, obx, 5);
  return valueString === undefined ? {} : { valueString };
}

/** SN: comparator, first number, separator (`-`, `/`, `:`, `+`), second number. */
function structuredNumeric(repetition: Repetition, units: Field): ObservationValue | undefined {
  const unit = unitOf(componentsOf(units.first));
  const [comparator, first, separator, second] = [1, 2, 3, 4].map(
    (position) => repetition.component(position).value,
  ) as [string, string, string, string];
  const low = fhirDecimal(first);
  const high = fhirDecimal(second);
  if (low === undefined || (second !== "" && high === undefined)) return undefined;
  const compared = comparedTo(comparator);
  if (compared === undefined) return undefined;
  if (separator === "" && second === "")
    return { valueQuantity: { ...compared, value: low, ...unit } };
  if (high === undefined) return undefined;
  if (separator === "-" && comparator === "") {
    if (!isAscending({ value: low }, { value: high })) return undefined;
    return { valueRange: { low: { value: low, ...unit }, high: { value: high, ...unit } } };
  }
  if (separator === "/" || separator === ":") {
    return {
      valueRatio: {
        numerator: { ...compared, value: low, ...unit },
        denominator: { value: high, ...unit },
      },
    };
  }
  return undefined;
}

function comparedTo(comparator: string): Pick<Quantity, "comparator"> | undefined {
  if (comparator === "" || comparator === "=") return {};
  return COMPARATORS.has(comparator)
    ? { comparator: comparator as NonNullable<Quantity["comparator"]> }
    : undefined;
}

/**
 * NA: a row of numbers for each repetition, as SampledData. The time between them, which FHIR demands, is not in the
 * message. undefined when one is no number. Source: HL7 v2-to-FHIR, NA[SampledData].
 */
export function naToSampledData(field: Field, units: Field): SampledData | undefined {
  const rows = field.repetitions.map((repetition) =>
    Array.from({ length: repetition.componentCount }, (_, index) =>
      repetition.component(index + 1).value.trim(),
    ),
  );
  const dimensions = rows[0]?.length ?? 0;
  const isNumeric = rows.every((row) => row.every((cell) => /^-?\d+(\.\d+)?$/.test(cell)));
  if (dimensions === 0 || !isNumeric) return undefined;
  const { unit, system, code } = unitOf(componentsOf(units.first));
  return {
    origin: { ...absent(), ...(unit ? { unit } : {}), ...(code ? { system, code } : {}) },
    ...({ _period: absent() } as object),
    dimensions,
    data: rows.map((row) => row.join(" ")).join(" "),
  } as SampledData;
}
