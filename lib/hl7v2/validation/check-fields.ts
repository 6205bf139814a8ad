import { segmentInfo } from "../dictionary/dictionary.ts";
import type { ElementInfo } from "../dictionary/dictionary.ts";
import type { Field } from "../field.ts";
import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";
import { missingField } from "./check-header.ts";
import type { Findings } from "./finding.ts";
import { placeIn, placesOf } from "./place.ts";
import { formedComponents, hasFormOf, isFormed } from "./value-format.ts";

/** Texts whose senders forget to escape a repetition separator: another repetition says nothing there. */
const TEXTS: ReadonlySet<string> = new Set(["FT", "ST", "TX"]);

/** Required fields are filled, single ones are single, and dates and numbers have their forms. */
export function checkFields(message: Message, findings: Findings): void {
  const places = placesOf(message);
  for (const segment of message.segments) {
    const info = segmentInfo(segment.name);
    if (!info) continue;
    const { fields } = segment;
    info.fields.forEach((element, index) => {
      const field = fields[index];
      // MSH-9 to MSH-12 are judged with the header.
      const isJudged = segment.name === "MSH" && index >= 8 && index <= 11;
      if (element.isRequired && !isJudged && (!field || field.isEmpty || field.isNull)) {
        findings.add(
          missingField(placeIn(places(segment), index + 1), element.name.toLowerCase(), "warning"),
        );
      } else if (field && !field.isEmpty) {
        checkField(field, element, segment, index + 1, places, findings);
      }
    });
    checkExtra(segment, info.fields.length, places, findings);
  }
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
  const { repetitions } = field;
  if (repetitions.length > 1 && !element.repeats && segment.name !== "MSH") {
    findings.add({
      code: "HL7_FIELD_REPEATED",
      severity: "warning",
      position: placeIn(places(segment), position),
      meaning: `The ${element.name.toLowerCase()} repeats; the standard has one`,
      suggestion: "Ask the sender whether a separator should have been escaped",
    });
  }
  const isSimple = isFormed(types);
  const inner = isSimple ? [] : formedComponents(types);
  if (!isSimple && inner.length === 0) return;
  repetitions.forEach((repetition, index) => {
    const number = repetitions.length > 1 ? index + 1 : 0;
    const check = (component: number, expected: readonly string[]): void => {
      const { value } = repetition.component(component === 0 ? 1 : component);
      if (value === "" || hasFormOf(expected, value)) return;
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
  if (extra < 0) return;
  findings.add({
    code: "HL7_FIELD_UNKNOWN",
    severity: "info",
    position: placeIn(places(segment), extra + 1),
    meaning: `The standard's ${segment.name} ends with field ${known}`,
    suggestion: "What stands behind it is the sender's own; it is kept in the message",
  });
}
