/** What a FHIR record says of one resource: which one, which state of it, and whether it is gone. */
export interface ResourceEvent {
  readonly resourceType: string;
  readonly id: string;
  /** Text at the version path; undefined when there is none. */
  readonly versionId: string | undefined;
  /** When this state came to be: `meta.lastUpdated`, or what the source says instead. */
  readonly lastUpdated: string | undefined;
  readonly isDelete: boolean;
}

/** A record says with this header, value `delete`, that its resource is deleted. Source: FHIR R4, interaction delete. */
export const INTERACTION_HEADER = "fhir-interaction";

const RESOURCE_TYPE = /^[A-Z][A-Za-z]{0,63}$/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** Reads a resource's identity; undefined when it is no resource with a type and an id. */
export function resourceEvent(
  resource: unknown,
  options: { readonly versionPath: string; readonly isDelete?: boolean },
): ResourceEvent | undefined {
  const resourceType = memberAt(resource, "resourceType");
  const id = memberAt(resource, "id");
  if (typeof resourceType !== "string" || typeof id !== "string") return undefined;
  if (!RESOURCE_TYPE.test(resourceType) || !ID.test(id)) return undefined;
  const version = memberAt(resource, options.versionPath);
  const lastUpdated = memberAt(resource, "meta.lastUpdated");
  return {
    resourceType,
    id,
    versionId: version === undefined || version === null ? undefined : textOf(version),
    lastUpdated: typeof lastUpdated === "string" ? lastUpdated : undefined,
    isDelete: options.isDelete ?? false,
  };
}

/** The resource that a tombstone's key names: `Patient/123`; undefined for other keys. */
export function resourceOfKey(key: string): ResourceEvent | undefined {
  const [resourceType = "", id = "", ...rest] = key.split("/");
  if (rest.length > 0 || !RESOURCE_TYPE.test(resourceType) || !ID.test(id)) return undefined;
  return { resourceType, id, versionId: undefined, lastUpdated: undefined, isDelete: true };
}

/**
 * A text by which states of one resource are put in order, letter by letter: greater version, then later
 * time, then greater place in the log. Versions that are no whole number all count as the lowest, because nothing says
 * which of them is newer.
 *
 * `lastUpdated` is a FHIR instant or dateTime; what is no time counts as the earliest.
 */
export function sourceVersion(
  event: { readonly versionId: string | undefined; readonly lastUpdated: string | undefined },
  place: { readonly offset: number; readonly partition: number; readonly topic: string },
): string {
  const rank = /^\d{1,18}$/.test(event.versionId ?? "") ? (event.versionId as string) : "";
  return [
    rank.padStart(NO_RANK.length, "0"),
    utcTime(event.lastUpdated),
    String(place.offset).padStart(16, "0"),
    String(place.partition).padStart(6, "0"),
    place.topic,
  ].join(" ");
}

/** What stands for the number of a version where there is none. */
export const NO_RANK = "0".repeat(18);

/**
 * Whether a state is newer than another, by the texts of `sourceVersion`. The number of a version counts only when both
 * have one: a tombstone has none, and still comes after what it deletes.
 */
export function isNewer(version: string, than: string): boolean {
  const [ownRank, ownRest] = halves(version);
  const [otherRank, otherRest] = halves(than);
  if (ownRank === NO_RANK || otherRank === NO_RANK || ownRank === otherRank) {
    return ownRest > otherRest;
  }
  return ownRank > otherRank;
}

const halves = (version: string): readonly [rank: string, rest: string] => [
  version.slice(0, NO_RANK.length),
  version.slice(NO_RANK.length),
];

/**
 * When a resource came to be, for one that does not say so itself: what its record says (header `event-time`), else when
 * the record was made (milliseconds).
 */
export function sourceTime(
  eventTime: string | undefined,
  timestamp: number | null,
): string | undefined {
  if (eventTime !== undefined && !Number.isNaN(Date.parse(eventTime))) return eventTime;
  return timestamp === null ? undefined : new Date(timestamp).toISOString();
}

/** UTC with nine digits of a second, so that all of them have one length. */
export function utcTime(text: string | undefined): string {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(at)) return "0000-00-00T00:00:00.000000000Z";
  const fraction = /T[\d:]+\.(\d+)/.exec(text as string)?.[1] ?? "";
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, "0")}Z`;
}

function memberAt(value: unknown, path: string): unknown {
  let current = value;
  for (const name of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[name];
  }
  return current;
}

/** Text of a version: numbers as they were written, others as they are; undefined for what is neither. */
function textOf(version: unknown): string | undefined {
  if (typeof version === "string") return version;
  if (typeof version === "number" || typeof version === "bigint") return String(version);
  if (typeof version === "object" && version !== null && "rawJSON" in version) {
    return String(version.rawJSON);
  }
  return undefined;
}
