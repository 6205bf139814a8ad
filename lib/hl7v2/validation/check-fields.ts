import { segmentInfo } from "../dictionary/dictionary.ts";
import type { ElementInfo, SegmentInfo } from "../dictionary/dictionary.ts";
import type { Field } from "../field.ts";
import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";
import { missingField } from "./check-header.ts";
import type { Findings } from "./finding.ts";
import { placeIn, placesOf } from "./place.ts";
import { formedComponents, hasFormOf, isFormed } from "./value-format.ts";

const NONE: ReturnType<typeof formedComponents> = [];

/** Texts whose senders forget to escape a repetition separator: another repetition says nothing there. */
const TEXTS: ReadonlySet<string> = new Set(["FT", "ST", "TX"]);

/** Required fields are filled, single ones are single, and dates and numbers have their forms. */
export function checkFields(message: Message, findings: Findings): void {
  const places = placesOf(message);
  for (const segment of message.segments) {
    const info = segmentInfo(segment.name);
    if (!info) continue;
    const { fields } = segment;
    const { length } = info.fields;
    for (const position of requiredPositions(info)) {
      const field = fields[position - 1];
      if (field && !field.isEmpty && !field.isNull) continue;
      // MSH-9 to MSH-12 are judged with the header.
      if (segment.name === "MSH" && position >= 9 && position <= 12) continue;
      if (!findings.hasRoom()) continue;
      const name = info.fields[position - 1]?.name.toLowerCase() ?? "";
      findings.add(missingField(placeIn(places(segment), position), name, "warning"));
    }
    for (let index = 0; index < fields.length && index < length; index += 1) {
      const field = fields[index] as Field;
      if (field.text === "") continue;
      const element = info.fields[index] as ElementInfo;
      checkField(field, element, segment, index + 1, places, findings);
    }
    if (fields.length > length) checkExtra(segment, length, places, findings);
  }
}

const required = new Map<string, readonly number[]>();

function requiredPositions({ name, fields }: SegmentInfo): readonly number[] {
  let positions = required.get(name);
  if (!positions) {
    positions = fields.flatMap(({ isRequired }, index) => (isRequired ? [index + 1] : []));
    // Bounded by the segments of the standard.
    required.set(name, positions);
  }
  return positions;
}

function checkField(
  field: Field,
  element: ElementInfo,
  segment: Segment,
  position: number,
  places: (segment: Segment) => string,
  findings: Findings,
): void {
  const types = typesOf(element, segment);
  const [first = ""] = types;
  if (TEXTS.has(first)) return;
  const isSimple = isFormed(types);
  const inner = isSimple ? NONE : formedComponents(types);
  // Splitting a field is worth it only for something to look at.
  const isPlain = !isSimple && inner.length === 0;
  if (isPlain && (element.repeats || !field.hasRepetitions)) return;
  // Nearly always one plain value, which is read without splitting anything.
  if (isSimple && !field.hasRepetitions && hasForm(types, field.value)) return;
  const { repetitions } = field;
  const mayRepeat = element.repeats || segment.name === "MSH";
  if (repetitions.length > 1 && !mayRepeat && findings.hasRoom()) {
    findings.add({
      code: "HL7_FIELD_REPEATED",
      severity: "warning",
      position: placeIn(places(segment), position),
      meaning: `The ${element.name.toLowerCase()} repeats; the standard has one`,
      suggestion: "Ask the sender whether a separator should have been escaped",
    });
  }
  if (isPlain) return;
  repetitions.forEach((repetition, index) => {
    const number = repetitions.length > 1 ? index + 1 : 0;
    const check = (component: number, expected: readonly string[]): void => {
      const { value } = repetition.component(component === 0 ? 1 : component);
      if (hasForm(expected, value) || !findings.hasRoom()) return;
      findings.add({
        code: "HL7_VALUE_FORMAT",
        severity: "warning",
        position: placeIn(places(segment), position, number, component),
        meaning: `The value is no ${expected.at(-1)}`,
        suggestion: `Ask the sender for the form of ${expected.at(-1)}`,
      });
    };
    if (isSimple) check(0, types);
    else for (const [component, expected] of inner) check(component, expected);
  });
}

/** An empty value has any form. */
function hasForm(types: readonly string[], value: string): boolean {
  return value === "" || hasFormOf(types, value);
}

/** The types of a field; OBX-5 has the one that OBX-2 names. */
function typesOf(element: ElementInfo, segment: Segment): readonly string[] {
  if (element.types[0] !== "*") return element.types;
  return segment.name === "OBX" ? [segment.field(2).value] : [];
}

function checkExtra(
  segment: Segment,
  known: number,
  places: (segment: Segment) => string,
  findings: Findings,
): void {
  const extra = segment.fields.findIndex((field, index) => index >= known && !field.isEmpty);
  if (extra < 0 || !findings.hasRoom()) return;
  findings.add({
    code: "HL7_FIELD_UNKNOWN",
    severity: "info",
    position: placeIn(places(segment), extra + 1),
    meaning: `The standard's ${segment.name} ends with field ${known}`,
    suggestion: "What stands behind it is the sender's own; it is kept in the message",
  });
}
