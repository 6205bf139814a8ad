import type { FhirResource } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";

export const UNTOUCHED = 0;
/** A map knows the field, and what it holds made nothing: a value that the type does not allow, for example. */
export const NOT_UNDERSTOOD = 1;
/** What the field made lacks something that R4 demands, and was left out. */
export const INCOMPLETE = 2;
export const IGNORED = 3;
export const MAPPED = 4;

/** One field of one segment that made one element of a resource. No values. */
export interface TraceEntry {
  readonly segment: Segment;
  readonly field: number;
  /** The element within the resource, such as `hospitalization.admitSource`; "" for the resource itself. */
  readonly element: string;
  readonly resource: FhirResource;
}

/** An element that was made and taken away again, because it lacks what R4 demands; "" is the resource. */
export interface Lost {
  readonly resource: FhirResource;
  /** Without indices, such as `class` or `provision.actor`. */
  readonly element: string;
}

/**
 * What became of each field of a message. Costs one byte for each field; the trace is only kept when it was asked for.
 */
export class FieldMarks {
  trace: TraceEntry[] = [];
  /** Why a field is ignored on purpose, by segment and field; kept with the trace. */
  readonly reasons = new Map<string, string>();
  readonly #marks: (Uint8Array | undefined)[];
  readonly #isTracing: boolean;
  #current: { segment: Segment; field: number } | undefined;

  constructor(segmentCount: number, isTracing: boolean) {
    this.#marks = Array.from({ length: segmentCount });
    this.#isTracing = isTracing;
  }

  /** Notes what a map made of a field; the best of several maps counts. */
  mark(segment: Segment, field: number, mark: number): void {
    const marks = (this.#marks[segment.position] ??= new Uint8Array(segment.fieldCount + 1));
    if ((marks[field] ?? 0) < mark) marks[field] = mark;
  }

  /** The mark of a field. */
  of(segment: Segment, field: number): number {
    return this.#marks[segment.position]?.[field] ?? UNTOUCHED;
  }

  /** Notes that the field is mapped, and to what. */
  mapped(segment: Segment, field: number, element: string, resource: FhirResource): void {
    this.mark(segment, field, MAPPED);
    if (this.#isTracing) this.trace.push({ segment, field, element, resource });
  }

  ignored(segment: Segment, field: number, reason: string): void {
    this.mark(segment, field, IGNORED);
    if (this.#isTracing) this.reasons.set(`${segment.position}-${field}`, reason);
  }

  /**
   * Takes back what was said of elements that are lost: a field that made nothing else is INCOMPLETE. Needs the trace. Of
   * a list that lost one of its elements, the fields of all count as lost: rather one too many is reported.
   */
  lose(lost: readonly Lost[]): void {
    const isLost = (entry: TraceEntry): boolean =>
      lost.some(
        ({ resource, element }) =>
          resource === entry.resource &&
          (element === "" || element === entry.element || entry.element.startsWith(`${element}.`)),
      );
    const all = this.trace;
    this.trace = all.filter((entry) => !isLost(entry));
    const kept = Map.groupBy(this.trace, ({ segment }) => segment);
    for (const { segment, field } of all.filter(isLost)) {
      if (kept.get(segment)?.some((entry) => entry.field === field)) continue;
      const marks = this.#marks[segment.position];
      if (marks) marks[field] = INCOMPLETE;
    }
  }

  /** Until leave(): resources that are made come from this field. */
  enter(segment: Segment, field: number): void {
    if (this.#isTracing) this.#current = { segment, field };
  }
  leave(): void {
    this.#current = undefined;
  }

  /** Notes that the field that is being mapped made a resource of its own, such as a Practitioner. */
  made(resource: FhirResource): void {
    if (this.#current) this.trace.push({ ...this.#current, element: "", resource });
  }
}
