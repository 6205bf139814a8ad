import { Problems, parseJson } from "#lib/checked-json";
import { readCondition, readPlace } from "#lib/hl7v2";
import type { Condition, MessageHeader, RulePlace } from "#lib/hl7v2";
import { isTimeZone } from "#lib/fhir";
import { readConceptMap } from "./concept-map.ts";
import type { CodeMap } from "./concept-map.ts";

/** What one sender does in its own way, and what the standard calls it. */
export interface LocalWay {
  readonly name: string;
  /** Header fields that have to have one of these values. */
  readonly when: readonly Condition[];
  readonly timeZone: string | undefined;
  /** Name spaces of assigning authorities (HD.1) to URIs. */
  readonly systems: ReadonlyMap<string, string>;
  /** Names of coding systems (CWE.3) to URIs. */
  readonly codingSystems: ReadonlyMap<string, string>;
  /** `ADT^Z01` to `ADT^A08`. */
  readonly events: ReadonlyMap<string, string>;
  readonly conceptMaps: readonly ConceptMapRule[];
  readonly fields: readonly FieldRule[];
  readonly extensions: readonly ExtensionRule[];
}

/** Codes of a local system, everywhere or in some fields. */
export interface ConceptMapRule {
  readonly map: CodeMap;
  /** Empty: every coded field whose CWE.3 names the source. Else these fields, also when it names none. */
  readonly at: readonly RulePlace[];
}

/** Changes the value at a place before the message is converted; in this order, what is given. */
export interface FieldRule extends RulePlace {
  readonly when: Condition | undefined;
  /** The value of another place, such as one of a Z segment. */
  readonly from: RulePlace | undefined;
  readonly value: string | undefined;
  readonly replace: { readonly pattern: RegExp; readonly by: string } | undefined;
  readonly map: ReadonlyMap<string, string> | undefined;
  /** When the place is empty. */
  readonly otherwise: string | undefined;
  readonly isDropped: boolean;
}

export const EXTENSION_TYPES = [
  "string",
  "code",
  "boolean",
  "integer",
  "date",
  "dateTime",
  "CodeableConcept",
] as const;

/** Keeps a field of a Z segment as an extension. */
export interface ExtensionRule {
  readonly from: RulePlace;
  /** Type of the resource that gets it. */
  readonly to: string;
  readonly url: string;
  readonly type: (typeof EXTENSION_TYPES)[number];
}

/** The file is none. The message names the place in it and what is expected there. */
export class LocalWaysError extends Error {
  override readonly name = "LocalWaysError";
  readonly code = "LOCAL_WAYS_INVALID";
}

/** The ways of several senders; the first whose conditions hold is a message's. */
export class LocalWays {
  readonly ways: readonly LocalWay[];

  constructor(ways: readonly LocalWay[]) {
    this.ways = ways;
  }

  of(header: MessageHeader): LocalWay | undefined {
    return this.ways.find(({ when }) =>
      when.every((condition) => {
        const field = header.segment.field(condition.field);
        const value = field.first.component(Math.max(condition.component, 1)).value;
        return condition.is?.has(value) ?? false;
      }),
    );
  }
}

/**
 * Reads the ways of senders from JSON, as docs/local-ways.md describes it. `readFile` gives the text of a ConceptMap that is
 * named instead of written down. Throws LocalWaysError with everything that is wrong.
 */
export function readLocalWays(text: string, readFile: (name: string) => string): LocalWays {
  const json = parseJson(text);
  if (json === undefined) throw new LocalWaysError("The local ways are not JSON");
  const problems = new Problems();
  const file = problems.object(json, "the file", ["$schema", "description", "senders"]);
  const ways = problems
    .list(file["senders"], "senders")
    .map((way, index) => wayOf(way, `senders[${index}]`, readFile, problems));
  if (problems.all.length > 0) {
    throw new LocalWaysError(`The local ways are invalid: ${problems.all.join("; ")}`);
  }
  return new LocalWays(ways);
}

function wayOf(
  json: unknown,
  place: string,
  readFile: (name: string) => string,
  problems: Problems,
): LocalWay {
  const way = problems.object(json, place, [
    "name",
    "description",
    "when",
    "timeZone",
    "systems",
    "codingSystems",
    "events",
    "conceptMaps",
    "fields",
    "extensions",
  ]);
  const { timeZone } = way;
  if (timeZone !== undefined && !isTimeZone(String(timeZone))) {
    problems.add(`${place}.timeZone is UTC, +01:00 or Europe/Berlin`);
  }
  const systems = problems.dictionary(way["systems"] ?? {}, `${place}.systems`);
  const codingSystems = problems.dictionary(way["codingSystems"] ?? {}, `${place}.codingSystems`);
  for (const [name, uri] of [...systems, ...codingSystems]) {
    if (!isUri(uri))
      problems.add(`${place}: the system of ${name} is a URI, such as urn:oid:1.2.3`);
  }
  const events = problems.dictionary(way["events"] ?? {}, `${place}.events`);
  for (const event of [...events].flat()) {
    if (!/^[A-Z0-9]{3}\^[A-Z0-9]{3}$/.test(event)) problems.add(`${place}.events are like ADT^A08`);
  }
  return {
    name: problems.string(way["name"], `${place}.name`),
    when: whenOf(way["when"] ?? {}, `${place}.when`, problems),
    timeZone: timeZone === undefined ? undefined : String(timeZone),
    systems,
    codingSystems,
    events,
    conceptMaps: problems
      .list(way["conceptMaps"] ?? [], `${place}.conceptMaps`)
      .map((rule, index) =>
        conceptMapRuleOf(rule, `${place}.conceptMaps[${index}]`, readFile, problems),
      ),
    fields: problems
      .list(way["fields"] ?? [], `${place}.fields`)
      .map((rule, index) => fieldRuleOf(rule, `${place}.fields[${index}]`, problems)),
    extensions: problems
      .list(way["extensions"] ?? [], `${place}.extensions`)
      .map((rule, index) => extensionRuleOf(rule, `${place}.extensions[${index}]`, problems)),
  };
}

export const isUri = (text: string): boolean => /^(?:https?:\/\/|urn:)[^\s|^&~\\]+$/.test(text);

/** `{"MSH-4": "NORTHMERE"}`, or a list of values; of MSH only. */
function whenOf(json: unknown, place: string, problems: Problems): readonly Condition[] {
  return Object.entries(problems.object(json, place)).map(([at, value]) => {
    const condition = readPlace(at, `${place}.${at}`, problems);
    if (condition.segment !== "MSH") problems.add(`${place}.${at} is a field of MSH`);
    const is =
      typeof value === "string" ? new Set([value]) : problems.strings(value, `${place}.${at}`);
    return { ...condition, is, isNot: undefined, isPresent: undefined };
  });
}

function conceptMapRuleOf(
  json: unknown,
  place: string,
  readFile: (name: string) => string,
  problems: Problems,
): ConceptMapRule {
  const rule = problems.object(json, place, ["file", "map", "at"]);
  const { file, map, at } = rule;
  if ((file === undefined) === (map === undefined)) problems.add(`${place} needs file or map`);
  let resource = map;
  if (file !== undefined) {
    const name = problems.string(file, `${place}.file`);
    resource = readOrComplain(name, readFile, place, problems);
  }
  return {
    map: readConceptMap(resource ?? {}, place, problems),
    at:
      at === undefined
        ? []
        : [...problems.strings(at, `${place}.at`)].map((one) =>
            readPlace(one, `${place}.at`, problems),
          ),
  };
}

function readOrComplain(
  name: string,
  readFile: (name: string) => string,
  place: string,
  problems: Problems,
): unknown {
  try {
    const json = parseJson(readFile(name));
    if (json === undefined) problems.add(`${place}: ${name} is not JSON`);
    return json;
  } catch {
    problems.add(`${place}: ${name} cannot be read`);
    return undefined;
  }
}

function fieldRuleOf(json: unknown, place: string, problems: Problems): FieldRule {
  const rule = problems.object(json, place, [
    "at",
    "when",
    "from",
    "value",
    "replace",
    "map",
    "default",
    "drop",
    "description",
  ]);
  const { when, from, value, replace, map, drop } = rule;
  const target = readPlace(rule["at"], place, problems);
  if (target.segment === "MSH" && target.field <= 2) {
    problems.add(`${place}.at: MSH-1 and MSH-2 are the delimiters`);
  }
  const acts = [from, value, replace, map, rule["default"], drop];
  if (acts.every((one) => one === undefined)) {
    problems.add(`${place} needs from, value, replace, map, default or drop`);
  }
  const replacement =
    replace === undefined ? {} : problems.object(replace, `${place}.replace`, ["pattern", "by"]);
  return {
    ...target,
    when: when === undefined ? undefined : readCondition(when, `${place}.when`, problems),
    from: from === undefined ? undefined : readPlace(from, `${place}.from`, problems),
    value: value === undefined ? undefined : problems.string(value, `${place}.value`),
    replace:
      replace === undefined
        ? undefined
        : {
            pattern: problems.pattern(replacement["pattern"], `${place}.replace.pattern`),
            by: String(replacement["by"] ?? ""),
          },
    map: map === undefined ? undefined : problems.dictionary(map, `${place}.map`),
    otherwise:
      rule["default"] === undefined
        ? undefined
        : problems.string(rule["default"], `${place}.default`),
    isDropped: drop === undefined ? false : problems.boolean(drop, `${place}.drop`),
  };
}

function extensionRuleOf(json: unknown, place: string, problems: Problems): ExtensionRule {
  const rule = problems.object(json, place, ["from", "to", "url", "type", "description"]);
  const url = problems.string(rule["url"], `${place}.url`);
  if (!isUri(url)) problems.add(`${place}.url is a URI`);
  const to = problems.string(rule["to"], `${place}.to`);
  if (!/^[A-Z][A-Za-z]+$/.test(to)) problems.add(`${place}.to is a type of resource`);
  return {
    from: readPlace(rule["from"], place, problems),
    to,
    url,
    type: problems.oneOf(rule["type"] ?? "string", EXTENSION_TYPES, `${place}.type`),
  };
}
