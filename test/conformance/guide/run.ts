import { extraSegments, forMap } from "./cases.ts";
import type { Guide } from "./cases.ts";
import { conceptMapRows } from "./concept-map-rows.ts";
import type { ConceptMapRow } from "./concept-map-rows.ts";
import { parseCondition } from "./condition.ts";
import { UNUSED, codeDifferences, differences, whyDifferent } from "./differences.ts";
import type { Difference } from "./differences.ts";
import { codedContent, converted, judge, judgeFalse } from "./judge.ts";
import type { Case, Outcome } from "./judge.ts";
import { messageText } from "./host-message.ts";
import type { MapRow } from "./map-row.ts";
import { readTables } from "./tables.ts";
import { follow, parseTarget } from "./target.ts";
import type { Json } from "./target.ts";
import { conceptMap } from "../../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";
import type { ConceptMapName } from "../../../transforms/hl7v2-to-fhir/codesystems/concept-maps.ts";

export type Verdict = "right" | "different" | "missing";

export interface RowResult {
  readonly kind: "message" | "segment" | "data type";
  readonly row: MapRow;
  readonly verdict: Verdict;
  /** What was sent last, and what was there instead. */
  readonly message: string;
  readonly note: string;
}

export interface CodeResult {
  readonly row: ConceptMapRow;
  readonly verdict: Verdict;
  /** Through a message, or by look-up alone where no mapped field uses the concept map. */
  readonly through: "message" | "look-up";
  readonly note: string;
}

/** How many of the places that use a map are tried before a row counts as missing. */
const PLACES_MAX = 120;

/** Every row of the guide's message, segment and data type maps. */
export function runRows(guide: Guide): readonly RowResult[] {
  const segments = guide.segmentRows.map((row) =>
    result("segment", row, guide.segmentCases(row), guide),
  );
  const dataTypes = guide.dataTypeRows.map((row) =>
    result("data type", row, guide.dataTypeCases(row), guide),
  );
  const messages = guide.messageRows.map((row) => messageResult(row, guide));
  return [...messages, ...segments, ...dataTypes];
}

function result(
  kind: RowResult["kind"],
  row: MapRow,
  cases: readonly Case[],
  guide: Guide,
): RowResult {
  const tried = cases.slice(0, PLACES_MAX);
  let best: Outcome = { right: false, message: "", note: UNUSED };
  for (const each of tried) {
    const outcome = judge(each);
    if (!outcome.right) {
      if (nearness(outcome) > nearness(best)) best = outcome;
      continue;
    }
    const whenFalse = fillsAlone(row, guide) ? judgeFalse(each) : undefined;
    best = whenFalse?.right === false ? whenFalse : outcome;
    break;
  }
  return verdictOf(kind, row, best);
}

/** Of the places where a row is not right, the one that shows most of it is the one to tell of. */
function nearness({ note }: Outcome): number {
  if (note === UNUSED || note === NO_MAP) return -1;
  if (note.startsWith("reference not set")) return 5;
  if (note.startsWith("at ")) return 4;
  return ["no ", "nowhere", "another value"].findIndex((each) => note.startsWith(each)) + 1;
}

function verdictOf(
  kind: RowResult["kind"],
  row: MapRow,
  { right, message, note }: Outcome,
): RowResult {
  if (right) return { kind, row, verdict: "right", message, note: "" };
  if (note === UNUSED) return { kind, row, verdict: "different", message, note };
  const difference = whyDifferent(row, note);
  if (!difference) return { kind, row, verdict: "missing", message, note };
  used.add(difference);
  return { kind, row, verdict: "different", message, note: difference.why };
}

const NO_MAP = "no segment map";

const used = new Set<Difference>();

/** Entries of the list of differences that stood for no row of the last run. */
export function staleDifferences(): readonly string[] {
  return differences
    .filter((each) => !used.has(each))
    .map(({ map, why }) => `${String(map)}: ${why}`);
}

/** No other row of the map fills the same element, so it must be empty when the condition is false. */
function fillsAlone(row: MapRow, guide: Guide): boolean {
  if (row.condition === "" || !parseCondition(row.condition)) return false;
  const same = [...guide.segmentRows, ...guide.dataTypeRows].filter(
    ({ map, target }) =>
      map === row.map &&
      (target === row.target || target.startsWith(`${row.target.replace(/\)+$/, "")}.`)),
  );
  return same.length === 1;
}

/** A message map's row: the segment's content arrives in the resource that the row names, and its references are set. */
function messageResult(row: MapRow, guide: Guide): RowResult {
  const { line, map, condition, segmentMap } = row;
  const extra = [...extraSegments(condition), ...makersOf(row, guide)];
  const host = () => forMap(segmentMap, guide.placesOf(map).host(line, extra));
  const made = /^[A-Z]\w+/.exec(row.rawTarget)?.[0];
  const conditionsOf = (...texts: readonly string[]) =>
    texts.filter((text) => text !== "").map((text) => ({ text, base: [] }));
  if (/^[A-Z]\w+(?:\[\d+\])?\..*=/.test(row.rawTarget) && segmentMap === "") {
    const [resourceType = "", target = ""] =
      /^([A-Z]\w+)(?:\[\d+\])?\.(.*)$/.exec(row.rawTarget)?.slice(1) ?? [];
    const plain: Case = {
      ...{ row, field: row, host, place: [], type: "", resourceType, target },
      ...{ urls: new Map(), fieldTypes: new Map(), conditions: conditionsOf(condition) },
    };
    return verdictOf("message", row, judge(plain));
  }
  const rows = guide.segmentRows.filter(
    (each) => each.map.toLowerCase() === segmentMap.toLowerCase(),
  );
  let best: Outcome = { right: false, message: messageText(host()), note: NO_MAP };
  for (const each of rows) {
    const [first] = guide.segmentCases(each);
    if (!first) continue;
    const conditions = conditionsOf(condition, each.condition);
    const plain = judge({ ...first, host, conditions });
    // NTE[ServiceRequest] is used for Observations too: the row says of which resource.
    const outcome =
      plain.right || made === undefined
        ? plain
        : judge({ ...first, host, resourceType: made, conditions });
    const unset = outcome.right ? unsetReference(row, outcome.message) : undefined;
    const found = unset
      ? { ...outcome, right: false, note: `reference not set: ${unset.text}` }
      : outcome;
    if (found.right || nearness(found) > nearness(best)) best = found;
    if (best.right) break;
  }
  return verdictOf("message", row, best);
}

/**
 * Segments that make what the row adds to or refers to: the first of the table that makes the resource, when it is not
 * the row's own.
 */
function makersOf({ map, line, rawTarget, references: text }: MapRow, guide: Guide): string[] {
  const places = guide.placesOf(map);
  const wanted = [rawTarget, ...[...text.matchAll(/[A-Z][A-Za-z]+\[\d+\]/g)].map(([each]) => each)];
  return wanted.flatMap((each) => {
    const resource = /^[A-Z]\w+\[\d+\]/.exec(each)?.[0];
    const maker = guide.messageRows.find(
      (other) =>
        other.map === map && other.rawTarget === resource && !/^MSH|^EVN/.test(other.segmentMap),
    );
    const name = maker ? places.segmentOf(maker.line) : "";
    return name === "" || name === places.segmentOf(line) ? [] : [name];
  });
}

function unsetReference(row: MapRow, message: string): WantedReference | undefined {
  const wanted = references(row);
  if (wanted.length === 0) return undefined;
  const resources = converted(message);
  return wanted.find((each) => !isSet(each, resources));
}

interface WantedReference {
  readonly text: string;
  readonly from: string;
  readonly path: string;
  readonly to: string;
}

/** `Observation[1].subject.reference=Patient[1].id; …`; statements of other forms are left out. */
function references({ references }: MapRow): readonly WantedReference[] {
  return references.split(/[;\n]/).flatMap((text): WantedReference[] => {
    const match =
      /^\s*([A-Z][A-Za-z]+)(?:\[[^\]]*\])?\.([A-Za-z.]+?)(?:\.reference|\.id)?\s*=\s*([A-Z][A-Za-z]+)(?:\[[^\]]*\])?(?:\.id)?\s*$/.exec(
        text,
      );
    if (!match || match[3] === "Bundle") return [];
    const [, from = "", path = "", to = ""] = match;
    return [
      {
        text: text.trim(),
        from: from.replace("Immunzation", "Immunization"),
        path: path.replace(/^diagnosis$/, "diagnosis.condition"),
        to,
      },
    ];
  });
}

function isSet({ from, path, to }: WantedReference, resources: readonly Json[]): boolean {
  return resources
    .filter(({ resourceType }) => resourceType === from)
    .some((value) =>
      follow({ value }, parseTarget(path, new Map()), () => undefined).some(({ value: found }) =>
        ((found ?? {}) as { reference?: string }).reference?.startsWith(`${to}/`),
      ),
    );
}

/** Every row of the guide's vocabulary, through a message where a mapped field or component uses the concept map. */
export function runCodes(folder: string, guide: Guide): readonly CodeResult[] {
  const rows = readTables(folder, "codesystems").flatMap(conceptMapRows);
  const carriers = new Map<string, Case[]>();
  return rows.map((row) => {
    if (!carriers.has(row.map)) carriers.set(row.map, carriersOf(row.map, guide));
    return codeResult(row, carriers.get(row.map) ?? []);
  });
}

/** How many places of each row that uses a concept map are tried for a code. */
const CARRIERS_MAX = 40;

/** The places where codes of the concept map arrive, those that work for its first code in front. */
function carriersOf(map: string, guide: Guide): Case[] {
  const uses = (row: MapRow): boolean => row.vocabularyMap === map.replaceAll(/[/ ]/g, "");
  const cases = [
    ...guide.segmentRows.filter(uses).map((row) => guide.segmentCases(row)),
    ...guide.dataTypeRows.filter(uses).map((row) => guide.dataTypeCases(row)),
  ].flatMap((each) => each.slice(0, CARRIERS_MAX));
  const first = cases.findIndex((each) => judge(each).right);
  return first > 0 ? [...cases.splice(first, 1), ...cases] : cases;
}

function codeResult(row: ConceptMapRow, carriers: readonly Case[]): CodeResult {
  const v2Code = row.v2Code || row.code;
  const known = conceptMap(row.map as ConceptMapName).get(v2Code);
  if (known?.code !== row.code || known.system !== row.system) {
    return {
      row,
      verdict: "different",
      through: "look-up",
      note: "another row of the table has the same v2 code",
    };
  }
  if (carriers.length === 0) return { row, verdict: "right", through: "look-up", note: "" };
  let note = "";
  for (const carrier of carriers) {
    const outcome = judge(carrier, codedContent(carrier.type, row.map, v2Code), [row.code]);
    if (outcome.right) return { row, verdict: "right", through: "message", note: "" };
    note ||= outcome.note;
  }
  const why = codeDifferences.find(
    ({ map, codes }) => map === row.map && (codes === undefined || codes.includes(v2Code)),
  )?.why;
  return why === undefined
    ? { row, verdict: "missing", through: "message", note }
    : { row, verdict: "different", through: "message", note: why };
}
