import { parseMessage } from "#lib/hl7v2";
import { convertMessage } from "../../../transforms/hl7v2-to-fhir/convert.ts";
import {
  conceptMapNames,
  conceptMapTable,
} from "../../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";
import { parseCondition, testsWhenFalse, testsWhenTrue } from "./condition.ts";
import type { Condition } from "./condition.ts";
import { texts } from "./draft.ts";
import type { DraftSegment } from "./draft.ts";
import { asked, beside, meant, others } from "./filled.ts";
import { messageText } from "./host-message.ts";
import type { HostMessage } from "./host-message.ts";
import type { MapRow } from "./map-row.ts";
import { hasComponents, sampleOf, typeAt, vocabularySample } from "./sample.ts";
import type { Content } from "./sample.ts";
import { follow, parseTarget } from "./target.ts";
import type { Found, Json } from "./target.ts";

/** What a message is expected to give, and where its tested value stands. */
export interface Case {
  readonly row: MapRow;
  /** The row of the field that the place stands in; the row itself for segment maps. */
  readonly field: MapRow;
  readonly host: () => HostMessage;
  /** Field, component, sub-component of the tested segment. */
  readonly place: readonly number[];
  /** Around the place: the data type whose other components are valued as well, because one alone says nothing. */
  readonly around?: { readonly place: readonly number[]; readonly type: string };
  /** The data type of what stands there. */
  readonly type: string;
  readonly resourceType: string;
  /** The element, from the resource on. */
  readonly target: string;
  readonly urls: ReadonlyMap<string, string>;
  /** Data types of fields (`PID-3`). */
  readonly fieldTypes: ReadonlyMap<string, string>;
  /** Conditions that must hold, with the place that their references count from. */
  readonly conditions: readonly { readonly text: string; readonly base: readonly number[] }[];
}

export interface Outcome {
  readonly right: boolean;
  readonly message: string;
  /** What was there instead; no value, only what kind of thing. */
  readonly note: string;
}

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };

export function converted(text: string): readonly Json[] {
  const result = convertMessage(parseMessage(new TextEncoder().encode(text)), options);
  if (!("made" in result)) return [];
  return result.made.map(({ resource }) => JSON.parse(JSON.stringify(resource)) as Json);
}

/** Makes the row's condition true and looks for what the row says. */
export function judge(given: Case, content?: Content, expected?: readonly string[]): Outcome {
  const host = given.host();
  const sample = content ?? sampleFor(given, host);
  setBeside(given, host);
  setSample(given, host, sample);
  applyConditions(given, host, "true");
  // A code that is tried stands for the one that a condition asks for.
  if (content !== undefined && given.place.length > 0) host.tested.set(given.place, content);
  const message = messageText(host);
  const found = look(given, converted(message));
  // A condition on the field itself says what it holds.
  const sent = given.place.length > 0 ? host.tested.contentAt(given.place) : sample;
  const wanted = expected ?? expectations(given, isEmpty(sent) ? sample : sent);
  const right = found.elements.some((each) => holds(each, wanted, given, found.resolve));
  return { right, message, note: right ? "" : noteOf(found, wanted, given.resourceType) };
}

/** Makes the last condition false: the row's value must not be there. Undefined when there is none to make false. */
export function judgeFalse(given: Case): Outcome | undefined {
  const last = given.conditions.at(-1);
  // Nobody can be asked whether an authority is in a registry.
  if (!last || !parseCondition(last.text) || last.text.includes("http")) return undefined;
  const host = given.host();
  const sample = sampleFor(given, host);
  setBeside(given, host);
  setSample(given, host, sample);
  applyConditions(given, host, "false");
  const message = messageText(host);
  const found = look(given, converted(message));
  const wanted = expectations(given, sample);
  const there = found.elements.some((each) => holds(each, wanted, given, found.resolve));
  return { right: !there, message, note: there ? "there although the condition is false" : "" };
}

const isEmpty = (content: Content): boolean => texts(content).length === 0;

function setBeside({ field: { source, map } }: Case, { segments, tested }: HostMessage): void {
  const companions = [source, map, `${map}|${source}`].map((key) => beside[key]);
  for (const [field, text] of companions.flatMap((each) => Object.entries(each ?? {}))) {
    const [name, number] = field.split("-");
    const segment =
      name === tested.name ? tested : segments.find((candidate) => candidate.name === name);
    segment?.setText(Number(number), text);
  }
}

function setSample({ place, around, field }: Case, { tested }: HostMessage, sample: Content): void {
  if (around) {
    tested.set(
      around.place,
      asked[field.source] ?? sampleOf(around.type, around.place.join("c"), around.place.length - 1),
    );
  }
  if (place.length > 0) tested.set(place, sample);
}

/** What is there instead: the value at another place, or nothing of it. */
function noteOf({ elements, all }: Looked, wanted: readonly string[], type: string): string {
  if (all.length === 0) return "the message is not converted";
  const places = all
    .toSorted((a, b) => Number(b["resourceType"] === type) - Number(a["resourceType"] === type))
    .flatMap((resource) => placesOf(resource, String(resource["resourceType"]), wanted));
  if (places.length > 0) return `at ${[...new Set(places)].slice(0, 3).join(", ")}`;
  if (!all.some(({ resourceType }) => resourceType === type)) return `no ${type}`;
  return elements.length === 0 ? "nowhere" : "another value";
}

/** Where one of the texts stands, by names; an extension is named by its URL. */
function placesOf(node: unknown, place: string, wanted: readonly string[]): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => placesOf(each, place, wanted));
  if (typeof node === "object" && node !== null) {
    const { url } = node as { readonly url?: unknown };
    const here =
      typeof url === "string" && place.endsWith("extension") ? `${place}<${url}>` : place;
    return Object.entries(node).flatMap(([name, value]) =>
      name === "url" ? [] : placesOf(value, `${here}.${name}`, wanted),
    );
  }
  const text = String(node);
  return wanted.some((each) => (each.length < 3 ? text === each : text.includes(each)))
    ? [place]
    : [];
}

interface Looked {
  readonly elements: readonly Found[];
  readonly all: readonly Json[];
  readonly resolve: (reference: string) => Json | undefined;
}

function look(given: Case, resources: readonly Json[]): Looked {
  const resolve = (reference: string): Json | undefined =>
    resources.find(
      ({ resourceType, id }) =>
        `${resourceType}/${id}` === reference || `urn:uuid:${id}` === reference,
    );
  const candidates = resources.filter(({ resourceType }) => resourceType === given.resourceType);
  const steps = parseTarget(given.target, given.urls, given.row.source);
  return {
    elements: candidates.flatMap((value) => follow({ value }, steps, resolve)),
    all: resources,
    resolve,
  };
}

function sampleFor({ row, field, type, place, around }: Case, { tested }: HostMessage): Content {
  const wanted = asked[`${row.map}|${row.rawTarget}`] ?? asked[row.source];
  if (wanted !== undefined) return wanted;
  const whole = around && asked[field.source];
  if (typeof whole === "string" && !hasComponents(around?.type ?? "")) return whole;
  if (around && typeof whole === "object" && place.length === around.place.length + 1) {
    const part = whole[(place.at(-1) ?? 0) - 1];
    if (part !== undefined) return part;
  }
  // The trigger event decides whether the message is read at all, so it stays that of the message.
  if (tested.name === "MSH" && place[0] === 9) return tested.contentAt(place);
  if (row.vocabularyMap !== "") {
    const coded = vocabularySample(row.vocabularyMap);
    if (coded) return codedContent(type, row.vocabularyMap, coded.v2Code);
  }
  return sampleOf(type, place.join("c"), place.length - 1);
}

/** A code as its data type writes it: alone, or with the name of its table. */
export function codedContent(type: string, map: string, v2Code: string): Content {
  if (type === "MSG") return ["ADT", v2Code];
  if (!["CE", "CWE", "CNE", "CF"].includes(type)) return v2Code;
  const table = conceptTable(map);
  return [v2Code, "Some text", table === undefined ? "" : `HL7${table}`];
}

function conceptTable(map: string): string | undefined {
  const known = conceptMapNames.find((each) => each === map);
  return known === undefined ? undefined : conceptMapTable(known);
}

/** Texts of which one must be in the element. */
function expectations({ row, field, type, place }: Case, sample: Content): readonly string[] {
  if (row.fixed !== undefined) return [row.fixed];
  // A row without a field of its own, or without a literal for a URL, says only that the element is there.
  if (place.length === 0 || !/\d/.test(row.source) || /extension.*\.ur[il]\)*$/.test(row.rawTarget))
    return [];
  if (row.fhirType.startsWith("Reference") && row.dataTypeMap === "") return [];
  if (row.isComputed || row.rawTarget.includes("=")) return [];
  const isWhole = place.length === 1 || !hasComponents(field.v2Type);
  const translated = meant[row.source] ?? (isWhole ? meant[field.source] : undefined);
  if (translated) return translated;
  if (row.vocabularyMap !== "") {
    const sent = texts(sample)[type === "MSG" ? 1 : 0];
    const coded = vocabularySample(row.vocabularyMap, sent);
    if (row.fhirType === "boolean") return ["true"];
    if (coded && (coded.v2Code === sent || sent === undefined)) return [coded.code];
  }
  const all = texts(sample);
  // The numbers of an array are one text.
  if (type === "NA") return [all.join(" ")];
  // What stands nowhere else in the message tells more than a code or a number that may.
  const isDate = (text: string): boolean => /^20\d{12}/.test(text) && row.rawTarget !== "$this";
  const own = all.filter((text) => /^V\d|.{6}/.test(text) && !isDate(text));
  return (own.length > 0 ? own : all).flatMap((text) => shapes(text, type, row.fhirType));
}

/** How a v2 text may look in FHIR. */
function shapes(text: string, _type: string, fhirType: string): readonly string[] {
  const date = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})([+-]\d{4})?)?$/.exec(text);
  if (date && Number(date[2]) <= 12) return [`${date[1]}-${date[2]}-${date[3]}`];
  if (/^\d{6}$/.test(text)) return [`${text.slice(0, 2)}:${text.slice(2, 4)}`, text];
  if (fhirType === "time" && /^\d{4}$/.test(text)) return [`${text.slice(0, 2)}:${text.slice(2)}`];
  if (text === "Y") return fhirType === "boolean" ? ["true"] : ["Y", "true"];
  const system = { LN: "http://loinc.org", SCT: "http://snomed.info/sct", I10: "/icd-10" }[text];
  return system === undefined ? [text] : [system, text];
}

function holds(
  { value, shadow }: Found,
  wanted: readonly string[],
  { row }: Case,
  resolve: Looked["resolve"],
): boolean {
  if (wanted.length === 0) return value !== undefined || shadow !== undefined;
  const text = JSON.stringify([value ?? null, shadow ?? null, ...behind(value, resolve)]);
  const isPrimitive = typeof value !== "object" || value === null;
  return wanted.some((each) => {
    if (row.fixed !== undefined && isPrimitive) return String(value) === each;
    // A short text is found in anything, so it must be the whole value of an element.
    if (each.length < 3)
      return text.includes(`"${each}"`) || new RegExp(`[:[]${each}[,}\\]]`).test(text);
    return text.includes(JSON.stringify(each).slice(1, -1));
  });
}

/** The resource that a reference leads to, and those that it refers to: a role holds its person, a person nothing more. */
function behind(value: unknown, resolve: Looked["resolve"]): Json[] {
  const held = value as { reference?: unknown; resourceType?: unknown } | null | undefined;
  const reference = typeof value === "string" ? value : held?.reference;
  const referred = typeof reference === "string" ? resolve(reference) : undefined;
  const target = held?.resourceType === undefined ? referred : (held as Json);
  if (!target) return [];
  const { practitioner, organization } = target as Record<string, { reference?: string }>;
  const next = [practitioner, organization].flatMap((each): Json[] =>
    [resolve(each?.reference ?? "") ?? []].flat(),
  );
  return [target, ...next];
}

function applyConditions(given: Case, host: HostMessage, mode: "true" | "false"): void {
  const { conditions, row } = given;
  // Rows that ask for a type in OBX-2 speak of an OBX-5 of that type.
  const asks = row.condition.includes("OBX-2") ? row : given.field;
  const stated = statedType(asks.condition);
  if (stated !== undefined && !asks.source.startsWith("OBX-5") && host.tested.name === "OBX") {
    host.tested.set([5], sampleOf(stated, "5"));
  }
  for (const [index, { text, base }] of conditions.entries()) {
    const condition = parseCondition(text);
    if (!condition) continue;
    const tests =
      mode === "false" && index === conditions.length - 1
        ? testsWhenFalse(condition)
        : testsWhenTrue(condition);
    for (const each of tests) applyTest(each, host, base, given);
  }
}

/** The type that a condition asks for in OBX-2; of several the one that is a single number. */
function statedType(condition: string): string | undefined {
  if (/OBX-2\s*IN\s*\("NA", "NM"\)/.test(condition)) return "NM";
  return /OBX-2\s*(?:EQUALS|=|IN)\s*\(?"([A-Z]+)"/.exec(condition)?.[1];
}

type Test = Extract<Condition, { kind: "test" }>;

function applyTest(test: Test, host: HostMessage, base: readonly number[], given: Case): void {
  const place = placeOf(test.ref, host, base, given);
  if (!place) return;
  const { segment, path } = place;
  const first = (test.values.includes("NM") ? "NM" : test.values[0]) ?? "";
  switch (test.verb) {
    case "valued":
      if (test.not) segment.set(path, "");
      else if (segment.valueAt(path) === "" && path.join(".") !== given.place.join(".")) {
        segment.set(path, sampleOf(place.type, path.join("c"), path.length - 1));
      }
      return;
    case "in":
      if (first.startsWith("http")) return;
      if (!test.not) {
        segment.set(path, coded(first, place.type));
        // A structured numeric with a separator has a second number.
        if (test.ref === "OBX-5.3") segment.set([5, 4], "48");
      } else if (segment.valueAt(path) === "" || test.values.includes(segment.valueAt(path))) {
        const other =
          others[test.ref.replace(/^([A-Z]{2,3})-(\d)$/, "$1.$2")] ?? others[test.ref] ?? "";
        segment.set(path, other.split("|").find((each) => !test.values.includes(each)) ?? "");
      }
      return;
    case "count>1":
      if (!test.not) segment.repeat(path[0] ?? 0);
      return;
    case "longer":
      segment.set(path, test.not ? "19800102" : "19800102101500+0100");
      return;
    default:
  }
}

const coded = (value: string, type: string): Content => (hasComponents(type) ? [value] : value);

interface Place {
  readonly segment: DraftSegment;
  readonly path: readonly number[];
  readonly type: string;
}

function placeOf(
  ref: string,
  host: HostMessage,
  base: readonly number[],
  given: Case,
): Place | undefined {
  if (ref === "") return { segment: host.tested, path: given.place, type: given.type };
  const match = /^([A-Z][A-Z0-9]{1,3})[-.](\d+)(?:\.(\d+))?$/.exec(ref);
  if (!match) return undefined;
  const [, name = "", first = "", second] = match;
  const numbers = [Number(first), ...(second === undefined ? [] : [Number(second)])];
  const isSegment = name.length === 3 && host.segments.some((segment) => segment.name === name);
  if (isSegment || name === host.tested.name) {
    const segment =
      name === host.tested.name ? host.tested : host.segments.find((each) => each.name === name);
    const type = given.fieldTypes.get(`${name}-${first}`) ?? "ST";
    return segment && { segment, path: numbers, type: typeAt(type, numbers.slice(1)) };
  }
  // A reference such as CX.4 counts from the data type that the row belongs to.
  const from = name === given.row.v2Type ? given.place : base;
  return { segment: host.tested, path: [...from, ...numbers], type: "ST" };
}
