import type { FhirResource } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";

export const UNTOUCHED = 0;
/** A map knows the field, and what it holds made nothing: a value that the type does not allow, for example. */
export const NOT_UNDERSTOOD = 1;
export const IGNORED = 2;
export const MAPPED = 3;

/** One field of one segment that made one element of a resource. No values. */
export interface TraceEntry {
  readonly segment: Segment;
  readonly field: number;
  /** The element within the resource, such as `hospitalization.admitSource`; "" for the resource itself. */
  readonly element: string;
  readonly resource: FhirResource;
}

/**
 * What became of each field of a message. Costs one byte for each field; the trace is only kept when it was asked for.
 */
export class FieldMarks {
  readonly trace: TraceEntry[] = [];
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
