import type { Extension, FhirResource } from "fhir/r4";
import { fhirCode, fhirDate, fhirDateTime } from "#lib/fhir";
import type { Message, Repetition, RulePlace, Segment } from "#lib/hl7v2";
import { valueAt } from "#lib/hl7v2";
import type { Conversion, ConversionOptions } from "../conversion.ts";
import { convertMessage } from "../convert.ts";
import type { ConversionResult } from "../convert.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { MAPPED } from "../field-marks.ts";
import type { ExtensionRule, LocalWay, LocalWays } from "./local-ways.ts";
import { prepare } from "./prepare.ts";

/**
 * Converts a message in the way of its sender: what is local is first written as the standard would have it, then
 * converted, then extended. The message of `conversion` is the one that was converted, segment by segment the one
 * that came in.
 */
export function convertLocally(
  message: Message,
  options: ConversionOptions,
  ways: LocalWays | undefined,
): ConversionResult {
  const way = ways?.of(message.header);
  if (!way) return convertMessage(message, options);
  const prepared = prepare(message, way);
  const result = convertMessage(prepared.message, {
    ...options,
    timeZone: way.timeZone ?? options.timeZone,
    systems: new Map([...(options.systems ?? []), ...way.systems]),
    // Which resource a segment made is found in the trace.
    trace: way.extensions.length > 0 || (options.trace ?? false),
  });
  if ("problem" in result) return result;
  const { marks } = result.conversion;
  for (const { position, field } of prepared.used) {
    const segment = prepared.message.segments[position];
    if (segment) marks.mark(segment, field, MAPPED);
  }
  for (const rule of way.extensions) extend(rule, way, result.conversion);
  return result;
}

function extend(rule: ExtensionRule, way: LocalWay, conversion: Conversion): void {
  const { from } = rule;
  for (const segment of conversion.message.segmentsNamed(from.segment)) {
    const target = targetOf(segment, rule.to, conversion);
    if (!target) continue;
    for (const repetition of segment.field(from.field).repetitions) {
      const extension = extensionOf(rule, repetition, way.timeZone ?? conversion.options.timeZone);
      if (!extension) continue;
      const holder = target as FhirResource & { extension?: Extension[] };
      holder.extension = [...(holder.extension ?? []), extension];
      conversion.marks.mapped(segment, from.field, "extension", target);
    }
  }
}

/** The resource of that type that the nearest segment before it made; else the first one there is. */
function targetOf(
  segment: Segment,
  type: string,
  conversion: Conversion,
): FhirResource | undefined {
  const made = new Map(conversion.made().map(({ resource }) => [resource.id, resource]));
  let nearest: { readonly position: number; readonly resource: FhirResource } | undefined;
  for (const { segment: source, resource } of conversion.trace()) {
    if (resource.resourceType !== type || source.position > segment.position) continue;
    if (!nearest || source.position >= nearest.position) {
      nearest = { position: source.position, resource };
    }
  }
  const found = nearest && made.get(nearest.resource.id);
  return (
    found ?? conversion.made().find(({ resource }) => resource.resourceType === type)?.resource
  );
}

function extensionOf(
  { from, url, type }: ExtensionRule,
  repetition: Repetition,
  timeZone: string,
): Extension | undefined {
  if (repetition.isEmpty || repetition.isNull) return undefined;
  if (type === "CodeableConcept") {
    const valueCodeableConcept = cweToCodeableConcept(repetition);
    return valueCodeableConcept && { url, valueCodeableConcept };
  }
  const text = valueAt(from as RulePlace, repetition).trim();
  if (text === "") return undefined;
  switch (type) {
    case "string":
      return { url, valueString: text };
    case "code":
      return { url, valueCode: fhirCode(text) };
    case "boolean":
      if (!/^(?:[YN10]|TRUE|FALSE|YES|NO)$/i.test(text)) return undefined;
      return { url, valueBoolean: /^[Y1T]/i.test(text) };
    case "integer":
      return /^-?\d{1,9}$/.test(text) ? { url, valueInteger: Number(text) } : undefined;
    case "date": {
      const valueDate = fhirDate(text);
      return valueDate === undefined ? undefined : { url, valueDate };
    }
    case "dateTime": {
      const valueDateTime = fhirDateTime(text, timeZone);
      return valueDateTime === undefined ? undefined : { url, valueDateTime };
    }
  }
}
