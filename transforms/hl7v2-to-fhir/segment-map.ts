import type { Extension, FhirResource } from "fhir/r4";
import type { Field, Repetition, Segment } from "#lib/hl7v2";
import type { Conversion } from "./conversion.ts";
import { MAPPED, NOT_UNDERSTOOD } from "./field-marks.ts";

/** Makes a value of one repetition of a field; undefined when it says nothing that FHIR can hold there. */
export type ValueOf<V> = (
  repetition: Repetition,
  conversion: Conversion,
  segment: Segment,
  field: number,
) => V | undefined;

/** What one field does to a resource. */
export interface Row<T> {
  /** The element it fills, such as `hospitalization.admitSource`. */
  readonly element: string;
  /** It only keeps the field in an extension named after it. */
  readonly isKept?: boolean;
  /** Returns whether the field said something. */
  readonly apply: (
    field: Field,
    target: T,
    conversion: Conversion,
    segment: Segment,
    position: number,
  ) => boolean;
}

/** A segment map of the guide, or one of ours in its style. */
export interface SegmentMap<T> {
  /** The guide's name, such as `PID[Patient]`. */
  readonly name: string;
  readonly segment: string;
  /** Rows by field. */
  readonly rows: readonly (readonly Row<T>[] | undefined)[];
  /** Why a field makes nothing, by field. */
  readonly ignored: Readonly<Record<number, string>>;
}

/** Declares a segment map: its rows by field, and the fields that are left out on purpose. */
export function segmentMap<T>(
  name: string,
  rows: Readonly<Record<number, Row<T> | readonly Row<T>[]>>,
  ignored: Readonly<Record<number, string>> = {},
): SegmentMap<T> {
  const byField: (readonly Row<T>[] | undefined)[] = [];
  for (const [field, row] of Object.entries(rows)) {
    byField[Number(field)] = Array.isArray(row) ? (row as readonly Row<T>[]) : [row as Row<T>];
  }
  return { name, segment: name.slice(0, 3), rows: byField, ignored };
}

/** Where a part of a resource stands that a map fills, such as `contact` of a Patient. */
export interface PartOf {
  readonly resource: FhirResource;
  readonly element: string;
}

/**
 * Applies a map to a segment, field by field, and notes what became of each field.
 *
 * A field that holds `""` is one that the sender wants deleted: the element stays away. Returns whether any field
 * said something.
 */
export function applyMap<T extends object>(
  map: SegmentMap<T>,
  segment: Segment,
  target: T,
  conversion: Conversion,
  part?: PartOf,
): boolean {
  const { marks } = conversion;
  const resource = part?.resource ?? (target as unknown as FhirResource);
  const prefix = part ? `${part.element}.` : "";
  let hasAny = false;
  const last = segment.fieldCount;
  for (let position = 1; position <= last; position += 1) {
    const rows = map.rows[position];
    const reason = rows ? undefined : map.ignored[position];
    if (!rows && reason === undefined) continue;
    const field = segment.field(position);
    if (field.isEmpty) continue;
    if (reason !== undefined || field.isNull) {
      marks.ignored(segment, position, reason ?? DELETED);
      continue;
    }
    if (isBlank(field.text)) {
      marks.mark(segment, position, NOT_UNDERSTOOD);
      continue;
    }
    marks.enter(segment, position);
    let hasValue = false;
    for (const row of rows ?? []) {
      if (!row.apply(field, target, conversion, segment, position)) continue;
      hasValue = true;
      marks.mapped(segment, position, prefix + row.element, resource);
    }
    marks.leave();
    if (!hasValue) marks.mark(segment, position, NOT_UNDERSTOOD);
    hasAny ||= hasValue;
  }
  return hasAny;
}

/** Nothing but blanks and control characters, which FHIR allows in no value. */
function isBlank(text: string): boolean {
  return text.charCodeAt(0) <= 0x20 && !/[^\s\u0000-\u001F]/.test(text);
}

export const DELETED = "the sender deletes the value";
/** Reasons that many maps share. */
export const SET_ID = "numbers the segments of the message and says nothing of its own";
export const ACTION_ONLY =
  "says how to process the segment; what it makes is in the resource's status";

/** Marks a field that was read outside a map, such as one that makes an id. */
export function markRead(segment: Segment, field: number, conversion: Conversion): void {
  conversion.marks.mark(segment, field, MAPPED);
}

/** The type of the element at a path of a resource. */
export type At<T, P extends string> = P extends `${infer K}.${infer R}`
  ? K extends keyof T
    ? At<NonNullable<T[K]>, R>
    : never
  : P extends keyof T
    ? NonNullable<T[P]>
    : never;
type Item<L> = L extends readonly (infer V)[] ? V : never;

/** The kinds of rows, typed for one type of resource (or backbone element). */
export interface Rows<T> {
  /** Every repetition adds to a list. */
  each<P extends string>(path: P, map: ValueOf<Item<At<T, P>>>): Row<T>;
  /** The first repetition that says something fills the element, unless it is filled already; others are kept. */
  one<P extends string>(path: P, map: ValueOf<At<T, P>>): Row<T>;
  /** Anything else; returns whether the field said something. */
  rule(element: string, apply: Row<T>["apply"]): Row<T>;
  /** The same row, where a condition on the segment holds. */
  when(condition: (segment: Segment) => boolean, row: Row<T>): Row<T>;
  /** An extension of FHIR, for every repetition. */
  extension<K extends ExtensionValue>(url: string, key: K, map: ValueOf<Extension[K]>): Row<T>;
  /**
   * An extension named after the field, for what FHIR R4 has no element and no extension for. Its URL is the
   * name of the field in HL7's XML encoding of version 2: `urn:hl7-org:v2xml#PV2.12`.
   */
  kept<K extends ExtensionValue>(key: K, map: ValueOf<Extension[K]>): Row<T>;
}

type ExtensionValue = Extract<keyof Extension, `value${string}`>;

export function rowsFor<T extends object>(): Rows<T> {
  return rows as unknown as Rows<T>;
}

type Bag = Record<string, unknown>;

function parentOf(target: Bag, path: readonly string[]): Bag {
  let parent = target;
  for (const name of path) parent = (parent[name] ??= {}) as Bag;
  return parent;
}

function eachRow(path: string, map: ValueOf<unknown>): Row<Bag> {
  const parents = path.split(".");
  const last = parents.pop() as string;
  return {
    element: path,
    apply(field, target, conversion, segment, position) {
      const values: unknown[] = [];
      for (const repetition of field.repetitions) {
        if (repetition.isEmpty || repetition.isNull) continue;
        const value = map(repetition, conversion, segment, position);
        if (value !== undefined) values.push(value);
      }
      if (values.length === 0) return false;
      addUnlessSame((parentOf(target, parents)[last] ??= []) as unknown[], values);
      return true;
    },
  };
}

function oneRow(path: string, map: ValueOf<unknown>): Row<Bag> {
  const parents = path.split(".");
  const last = parents.pop() as string;
  return {
    element: path,
    apply(field, target, conversion, segment, position) {
      let hasValue = false;
      const others: unknown[] = [];
      for (const repetition of field.repetitions) {
        if (repetition.isEmpty || repetition.isNull) continue;
        const value = map(repetition, conversion, segment, position);
        if (value === undefined) continue;
        if (hasValue) others.push(value);
        else parentOf(target, parents)[last] ??= value;
        hasValue = true;
        if (!field.hasRepetitions) return true;
      }
      if (others.length > 0) keepOthers(target, segment, position, others);
      return hasValue;
    },
  };
}

/** FHIR has one of what the sender repeats: the others are kept. */
function keepOthers(
  target: Bag,
  segment: Segment,
  position: number,
  values: readonly unknown[],
): void {
  const url = keptUrl(segment.name, position);
  const extensions = values.flatMap((value) => {
    const key = extensionKey(value);
    return key === undefined ? [] : [{ url, [key]: value }];
  });
  if (extensions.length > 0) addUnlessSame((target["extension"] ??= []) as unknown[], extensions);
}

/** Up to so many are compared one by one, which is faster; a field with thousands would take time squared. */
const COMPARED_MAX = 16;

const textsOf = new WeakMap<unknown[], Set<string>>();

/** Adds values to a list; what is said twice stands once. */
export function addUnlessSame(list: unknown[], values: readonly unknown[]): void {
  if (list.length + values.length <= COMPARED_MAX) {
    for (const value of values) if (!list.some((other) => isSame(other, value))) list.push(value);
    return;
  }
  let known = textsOf.get(list);
  // Somebody else may have added to the list meanwhile.
  if (known?.size !== list.length) {
    known = new Set(list.map((value) => JSON.stringify(value)));
    textsOf.set(list, known);
  }
  for (const value of values) {
    const text = JSON.stringify(value);
    if (!known.has(text)) list.push(value);
    known.add(text);
  }
}

/** The name of an extension's value by its type; undefined for what cannot be told. */
function extensionKey(value: unknown): ExtensionValue | undefined {
  if (typeof value === "string") return "valueString";
  if (typeof value === "boolean") return "valueBoolean";
  if (typeof value !== "object" || value === null) return undefined;
  if ("reference" in value || "identifier" in value) return "valueReference";
  if ("coding" in value || ("text" in value && Object.keys(value).length === 1)) {
    return "valueCodeableConcept";
  }
  if ("family" in value || "given" in value) return "valueHumanName";
  if ("line" in value || "city" in value || "postalCode" in value) return "valueAddress";
  return undefined;
}

/** The URL of the extension that keeps a field. */
export function keptUrl(segment: string, field: number): string {
  return `urn:hl7-org:v2xml#${segment}.${field}`;
}

const rows = {
  each: eachRow,
  one: oneRow,
  rule: (element: string, apply: Row<Bag>["apply"]): Row<Bag> => ({ element, apply }),
  when: (condition: (segment: Segment) => boolean, row: Row<Bag>): Row<Bag> => ({
    element: row.element,
    apply: (field, target, conversion, segment, position) =>
      condition(segment) && row.apply(field, target, conversion, segment, position),
  }),
  extension: (url: string, key: string, map: ValueOf<unknown>): Row<Bag> =>
    eachRow("extension", (repetition, conversion, segment, position) => {
      const value = map(repetition, conversion, segment, position);
      return value === undefined ? undefined : { url, [key]: value };
    }),
  kept: (key: string, map: ValueOf<unknown>): Row<Bag> => ({
    ...eachRow("extension", (repetition, conversion, segment, position) => {
      const value = map(repetition, conversion, segment, position);
      return value === undefined
        ? undefined
        : { url: keptUrl(segment.name, position), [key]: value };
    }),
    isKept: true,
  }),
};

/** Whether two values that were made are the same, so that what is said twice stands once. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => isSame((a as Bag)[key], (b as Bag)[key]));
}
