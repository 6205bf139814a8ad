import type { Problems } from "#lib/checked-json";
import type { Component, Repetition } from "../field.ts";
import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";

/** Where a rule holds: in every segment of that name, in every repetition of the field. */
export interface RulePlace {
  /** As written: `PID-3.4.2`. */
  readonly at: string;
  readonly segment: string;
  readonly field: number;
  /** 0: the field itself. */
  readonly component: number;
  /** 0: the component itself. */
  readonly subcomponent: number;
}

/** Holds when the value there is one of `is`, is none of `isNot`, or is (not) there. */
export interface Condition extends RulePlace {
  readonly is: ReadonlySet<string> | undefined;
  readonly isNot: ReadonlySet<string> | undefined;
  readonly isPresent: boolean | undefined;
}

const PLACE = /^([A-Z][A-Z0-9]{2})-([1-9]\d{0,2})(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?$/;

/** Reads `PID-3.4.2`. */
export function readPlace(at: unknown, place: string, problems: Problems): RulePlace {
  const match = PLACE.exec(String(at));
  if (!match) problems.add(`${place}.at is a place such as PID-3 or PID-3.4.2`);
  const [text = "", segment = "", field, component, subcomponent] = match ?? [];
  return {
    at: text,
    segment,
    field: Number(field ?? 1),
    component: Number(component ?? 0),
    subcomponent: Number(subcomponent ?? 0),
  };
}

/** Reads `{"at": "PV1-2", "is": ["I"]}`, with `isNot` or `isPresent` instead of `is`. */
export function readCondition(json: unknown, place: string, problems: Problems): Condition {
  const when = problems.object(json, place, ["at", "is", "isNot", "isPresent"]);
  const { is, isNot, isPresent } = when;
  if ([is, isNot, isPresent].filter((one) => one !== undefined).length !== 1) {
    problems.add(`${place} needs one of is, isNot and isPresent`);
  }
  return {
    ...readPlace(when["at"], place, problems),
    is: is === undefined ? undefined : problems.strings(is, `${place}.is`),
    isNot: isNot === undefined ? undefined : problems.strings(isNot, `${place}.isNot`),
    isPresent:
      isPresent === undefined ? undefined : problems.boolean(isPresent, `${place}.isPresent`),
  };
}

/**
 * A condition on the rule's own segment is about that one, on another about the first of its name; on the rule's own
 * field (`own`) about the repetition that the rule looks at, else about the first.
 */
export function holds(
  when: Condition,
  segment: Segment | undefined,
  message: Message,
  own?: { readonly field: number; readonly repetition: Repetition },
): boolean {
  const isOwn = when.segment === segment?.name;
  const asked = isOwn ? segment : message.segment(when.segment);
  const repetition =
    isOwn && own?.field === when.field ? own.repetition : asked?.field(when.field).first;
  const value = repetition ? valueAt(when, repetition) : "";
  if (when.isPresent !== undefined) return (value !== "") === when.isPresent;
  if (when.is) return when.is.has(value);
  return value !== "" && !(when.isNot?.has(value) ?? false);
}

/**
 * The value at a place: of a field or component that has parts the first one that is filled, so that a name
 * without family name is not missing. A null counts as filled: somebody said something.
 */
export function valueAt({ component, subcomponent }: RulePlace, repetition: Repetition): string {
  if (repetition.isNull) return '""';
  if (component === 0) {
    for (const one of repetition.components) {
      const value = firstFilled(one);
      if (value !== "") return value;
    }
    return "";
  }
  const found = repetition.component(component);
  return subcomponent === 0 ? firstFilled(found) : found.subcomponent(subcomponent);
}

function firstFilled(component: Component): string {
  if (component.isNull) return '""';
  for (let at = 1; at <= component.subcomponentCount; at += 1) {
    const value = component.subcomponent(at);
    if (value !== "") return value;
  }
  return "";
}
