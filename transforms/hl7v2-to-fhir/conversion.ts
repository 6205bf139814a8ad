import type { FhirResource, Reference } from "fhir/r4";
import { fhirDate, fhirDateTime, fhirInstant, resourceId } from "#lib/fhir";
import type { Message, Segment } from "#lib/hl7v2";
import { dropUnknownSystems } from "./codesystems/honest-codings.ts";
import { FieldMarks } from "./field-marks.ts";
import type { TraceEntry } from "./field-marks.ts";

export interface ConversionOptions {
  /** Zone of times that have none: `UTC`, an offset, or an IANA name. */
  readonly timeZone: string;
  /** When the message was received, ISO 8601; stands in where the message says no time. */
  readonly receivedAt: string;
  /** `us-core` adds what US Core demands; the default is plain R4. */
  readonly profile?: "r4" | "us-core";
  /** Sets the ids of one installation apart from those of others; empty by default. */
  readonly idNamespace?: string;
  /** Systems of assigning authorities that name none themselves, by name space (HD.1). */
  readonly systems?: ReadonlyMap<string, string>;
  /** Whether to write down which field made which element; costs time. */
  readonly trace?: boolean;
}

/** A resource that was made, and the patient whose key its record gets when that is not the message's. */
export interface Made {
  readonly resource: FhirResource;
  readonly key: string | undefined;
}

/** A resource that is still being filled. */
export type Draft<T extends FhirResource = FhirResource> = T & { id: string };

/**
 * One message on its way to FHIR: what it says, and what has been made of it so far.
 *
 * Resources stay drafts until made() is called, because one resource is often filled by several segments.
 */
export class Conversion {
  readonly message: Message;
  readonly options: ConversionOptions;
  readonly marks: FieldMarks;
  readonly #drafts = new Map<string, { resource: FhirResource; key: string | undefined }>();
  readonly #timesUsed = new Map<string, number>();
  readonly #remembered = new Map<string, Reference | undefined>();
  #made: readonly Made[] | undefined;

  constructor(message: Message, options: ConversionOptions) {
    this.message = message;
    this.options = options;
    this.marks = new FieldMarks(message.segments.length, options.trace ?? false);
  }

  /** The id of a resource that is the same in every message; see resourceId. */
  id(resourceType: FhirResource["resourceType"], ...identity: readonly string[]): string {
    const { idNamespace = "" } = this.options;
    return idNamespace === ""
      ? resourceId(resourceType, ...identity)
      : resourceId(resourceType, "namespace", idNamespace, ...identity);
  }

  /**
   * The id of a resource of which a message may hold several that nothing tells apart: the second of one identity
   * gets an id of its own, so that no result is lost.
   */
  distinctId(resourceType: FhirResource["resourceType"], ...identity: readonly string[]): string {
    const key = JSON.stringify([resourceType, ...identity]);
    const times = (this.#timesUsed.get(key) ?? 0) + 1;
    this.#timesUsed.set(key, times);
    return times === 1
      ? this.id(resourceType, ...identity)
      : this.id(resourceType, ...identity, "occurrence", String(times));
  }

  /** The draft of that type and id: the one that is there already, else the given one. */
  draft<T extends FhirResource>(resource: Draft<T>, key?: string): Draft<T> {
    const reference = `${resource.resourceType}/${resource.id}`;
    const existing = this.#drafts.get(reference);
    if (!existing) this.#drafts.set(reference, { resource, key });
    const draft = (existing?.resource ?? resource) as Draft<T>;
    this.marks.made(draft);
    return draft;
  }

  /** Adds a resource, unless one of its id is there, and returns a reference to it. */
  add<T extends FhirResource>(resource: Draft<T>, key?: string): Reference {
    return referenceTo(this.draft(resource, key) as Draft);
  }

  /** The draft that a reference points to. */
  find<T extends FhirResource["resourceType"]>(
    type: T,
    reference: Reference | undefined,
  ): Extract<FhirResource, { resourceType: T }> | undefined {
    const found = this.#drafts.get(reference?.reference ?? "")?.resource;
    return found?.resourceType === type
      ? (found as Extract<FhirResource, { resourceType: T }>)
      : undefined;
  }

  /** Drops a draft that turned out to hold nothing. Nothing may refer to it. */
  drop(draft: FhirResource): void {
    this.#drafts.delete(`${draft.resourceType}/${draft.id}`);
  }

  /** The same text of a field makes the same resource: it is made once. */
  remember(key: string, make: () => Reference | undefined): Reference | undefined {
    const known = this.#remembered.get(key);
    if (known) {
      const draft = this.#drafts.get(known.reference ?? "")?.resource;
      if (draft) this.marks.made(draft);
      return { ...known };
    }
    const made = make();
    this.#remembered.set(key, made);
    return made && { ...made };
  }

  get drafts(): IterableIterator<{ resource: FhirResource }> {
    return this.#drafts.values();
  }

  /** Everything that was made, referenced resources before those that refer to them, where that is possible. */
  made(): readonly Made[] {
    if (this.#made) return this.#made;
    const made = [...this.#drafts.values()].map(({ resource, key }) => ({
      resource: dropUnknownSystems(resource),
      key,
      rank: ranks.get(resource.resourceType) ?? MIDDLE,
    }));
    this.#made = made.toSorted((a, b) => a.rank - b.rank);
    return this.#made;
  }

  /** Which field made which element; empty unless it was asked for. */
  trace(): readonly TraceEntry[] {
    return this.marks.trace;
  }

  dateTime(text: string): string | undefined {
    return text === "" ? undefined : fhirDateTime(text, this.options.timeZone);
  }
  instant(text: string): string | undefined {
    return text === "" ? undefined : fhirInstant(text, this.options.timeZone);
  }
  date(text: string): string | undefined {
    return text === "" ? undefined : fhirDate(text);
  }

  /** The system that a local assigning authority stands for. */
  systemOf(namespace: string): string | undefined {
    return namespace === "" ? undefined : this.options.systems?.get(namespace);
  }

  /** What tells this message from all others, for resources that nothing else identifies. */
  get messageIdentity(): readonly string[] {
    const { sendingApplication, sendingFacility, messageControlId, dateTime } = this.message.header;
    return ["message", sendingApplication, sendingFacility, messageControlId, dateTime];
  }

  /** What tells a segment of this message from all others: the message, the segment's name and its place. */
  placeIdentity(segment: Segment): readonly string[] {
    return [...this.messageIdentity, segment.name, String(segment.position)];
  }
}

export function referenceTo(draft: Draft): Reference {
  return { reference: `${draft.resourceType}/${draft.id}` };
}

const FIRST = [
  "Organization",
  "Location",
  "Practitioner",
  "PractitionerRole",
  "Endpoint",
  "Device",
  "Substance",
  "Medication",
  "Patient",
  "RelatedPerson",
  "Group",
  "Account",
  "EpisodeOfCare",
  "Condition",
  "Encounter",
  "Specimen",
  "ServiceRequest",
  "Observation",
];
const LAST = ["DiagnosticReport", "Composition", "List", "MessageHeader", "Provenance"];
const MIDDLE = FIRST.length;
const ranks: ReadonlyMap<string, number> = new Map([
  ...FIRST.map((type, rank) => [type, rank] as const),
  ...LAST.map((type, rank) => [type, MIDDLE + 1 + rank] as const),
]);
