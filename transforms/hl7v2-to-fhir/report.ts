import type { FhirResource } from "fhir/r4";
import type { Message, Segment } from "#lib/hl7v2";
import type { Conversion } from "./conversion.ts";
import { INCOMPLETE, IGNORED, MAPPED, NOT_UNDERSTOOD } from "./field-marks.ts";
import { handlers } from "./handlers.ts";
import { codeTable } from "./codesystems/code-table.ts";

/** How many filled fields of a message became FHIR, were left out on purpose, or got lost. */
export interface FieldCounts {
  readonly mapped: number;
  readonly ignored: number;
  readonly unmapped: number;
}

export interface FieldReport {
  /** `PV1-12`, or `OBX[3]-5` where the message has several. */
  readonly place: string;
  readonly outcome: "mapped" | "ignored" | "unmapped";
  /** Why a field is ignored or unmapped. */
  readonly reason?: string;
  /** What a mapped field made. */
  readonly made?: readonly MadeElement[];
}

export interface MadeElement {
  /** Index in the list of resources. */
  readonly resource: number;
  /** `Encounter.hospitalization.admitSource`, or the type alone for a resource of its own. */
  readonly element: string;
}

/** One element and the fields that made it: the report read the other way. */
export interface ElementSource extends MadeElement {
  readonly places: readonly string[];
}

export interface ConversionReport {
  readonly counts: FieldCounts;
  readonly fields: readonly FieldReport[];
  readonly elements: readonly ElementSource[];
}

/** Segments that say how a message is built or processed, and nothing of what it is about. */
const IGNORED_SEGMENTS: Readonly<Record<string, string>> = codeTable({
  ADD: "continues the segment before it",
  DSC: "says that the message goes on in another one",
  MFE: "says how an entry of a master file is processed; the segment after it is the entry",
  MFI: "says how a master file is processed",
  QAK: "acknowledges a query",
  QPD: "is the query that was asked",
  QRD: "is the query that was asked",
  QRF: "is the query that was asked",
  RCP: "says how a query is answered",
  RGS: "groups the resources of an appointment, which are participants of it",
  UAC: "holds the sender's credentials, which are not for storage",
});

/** Segments that are read without a handler. */
const READ_OTHERWISE: ReadonlySet<string> = new Set(["MSH", "EVN", "MSA", "MRG"]);

/** Counts the filled fields of a converted message. Cheap: no trace is needed. */
export function countFields(message: Message, { marks }: Conversion): FieldCounts {
  let [mapped, ignored, unmapped] = [0, 0, 0];
  for (const segment of message.segments) {
    const isIgnored = IGNORED_SEGMENTS[segment.name] !== undefined;
    for (let field = 1; field <= segment.fieldCount; field += 1) {
      const mark = marks.of(segment, field);
      if (mark === MAPPED) mapped += 1;
      else if (segment.field(field).isEmpty) continue;
      else if (isIgnored || mark === IGNORED) ignored += 1;
      else unmapped += 1;
    }
  }
  return { mapped, ignored, unmapped };
}

/**
 * What became of every filled field, and which field made which element. Holds places only, never values.
 *
 * Needs a conversion that was asked for a trace (`trace: true`); without one, `made` and most reasons are missing.
 */
export function conversionReport(message: Message, conversion: Conversion): ConversionReport {
  const { marks } = conversion;
  const indexes = new Map<FhirResource, number>(
    conversion.made().map(({ resource }, index) => [resource, index]),
  );
  const made = Map.groupBy(
    marks.trace.filter(({ resource }) => indexes.has(resource)),
    ({ segment, field }) => `${segment.position}-${field}`,
  );
  const places = placesOf(message);
  const fields: FieldReport[] = [];
  const elements = new Map<string, MadeElement & { places: string[] }>();
  for (const segment of message.segments) {
    for (let field = 1; field <= segment.fieldCount; field += 1) {
      if (segment.field(field).isEmpty) continue;
      const place = `${places.get(segment)}-${field}`;
      const key = `${segment.position}-${field}`;
      const mark = marks.of(segment, field);
      if (mark === MAPPED) {
        const own = unique(made.get(key) ?? [], indexes);
        fields.push({ place, outcome: "mapped", ...(own.length > 0 ? { made: own } : {}) });
        for (const each of own) {
          const id = `${each.resource} ${each.element}`;
          const source = elements.get(id) ?? { ...each, places: [] };
          source.places.push(place);
          elements.set(id, source);
        }
      } else {
        const ignored = IGNORED_SEGMENTS[segment.name] ?? marks.reasons.get(key);
        fields.push(
          ignored !== undefined || mark === IGNORED
            ? { place, outcome: "ignored", reason: ignored ?? "left out on purpose" }
            : { place, outcome: "unmapped", reason: whyUnmapped(segment, mark) },
        );
      }
    }
  }
  const bySource = [...elements.values()].toSorted((a, b) => a.resource - b.resource);
  return { counts: countFields(message, conversion), fields, elements: bySource };
}

function whyUnmapped({ name }: Segment, mark: number): string {
  if (mark === NOT_UNDERSTOOD) return "the field does not hold what its type says";
  if (mark === INCOMPLETE) {
    return "what it would have made lacks something that FHIR R4 demands, and was left out";
  }
  const isKnown = handlers[name] !== undefined || READ_OTHERWISE.has(name);
  return isKnown
    ? "no map knows the field here, or there is nothing that it could be added to"
    : "the segment is not converted";
}

/** `OBX[3]`; without a number where there is one. */
function placesOf(message: Message): ReadonlyMap<Segment, string> {
  const times = new Map<string, number>();
  for (const { name } of message.segments) times.set(name, (times.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return new Map(
    message.segments.map((segment) => {
      const nth = (seen.get(segment.name) ?? 0) + 1;
      seen.set(segment.name, nth);
      return [segment, times.get(segment.name) === 1 ? segment.name : `${segment.name}[${nth}]`];
    }),
  );
}

function unique(
  entries: readonly { readonly element: string; readonly resource: FhirResource }[],
  indexes: ReadonlyMap<FhirResource, number>,
): MadeElement[] {
  const found = new Map<string, MadeElement>();
  for (const { element, resource } of entries) {
    const index = indexes.get(resource) ?? 0;
    const path = element === "" ? resource.resourceType : `${resource.resourceType}.${element}`;
    found.set(`${index} ${path}`, { resource: index, element: path });
  }
  return [...found.values()];
}
