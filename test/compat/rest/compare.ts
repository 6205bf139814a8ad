import type { HttpAnswer } from "#test/support/ask";

/** One place where two answers say different things. */
export interface Difference {
  /** Where in the answer: `status`, `header.location`, `body.configs[tasks.max].definition.order`. */
  readonly at: string;
  readonly kafka: unknown;
  readonly ours: unknown;
}

/** Values that differ from run to run or from machine to machine; only their kind is compared. */
const VOLATILE = new Set(["worker_id", "trace", "last_modified", "commit", "kafka_cluster_id"]);
/** Texts of our own: they have to be there on both sides. */
const OWN_TEXTS = new Set(["documentation", "version"]);

/** Compares status, the named headers, and the body: as JSON where both are JSON, else as text. */
export function compareAnswers(
  kafka: HttpAnswer,
  ours: HttpAnswer,
  headers: readonly string[] = [],
): readonly Difference[] {
  const differences: Difference[] = [];
  if (kafka.status !== ours.status) {
    differences.push({ at: "status", kafka: kafka.status, ours: ours.status });
  }
  const bodies = [kafka, ours].map(bodyOf);
  for (const header of ["content-type", ...headers]) {
    const [a, b] = [kafka, ours].map((each) => headerOf(each, header));
    if (a !== b) differences.push({ at: `header.${header}`, kafka: a, ours: b });
  }
  compareValues("body", bodies[0], bodies[1], differences);
  return differences;
}

/** Kafka names no character set where the default is UTF-8 anyway. */
function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name];
  if (name === "content-type") return String(value ?? "none").replace(/;\s*charset=utf-8/i, "");
  if (name === "location") return String(value).replace(/^http:\/\/[^/]+/, "");
  return value === undefined ? undefined : String(value);
}

function bodyOf({ text }: HttpAnswer): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Both workers' plug-ins have versions of their own. */
const VERSION = /\b(4\.1\.1|1\.0\.0)\b/g;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function compareValues(at: string, kafka: unknown, ours: unknown, found: Difference[]): void {
  if (Array.isArray(kafka) && Array.isArray(ours)) {
    compareArrays(at, kafka, ours, found);
    return;
  }
  if (isObject(kafka) && isObject(ours)) {
    for (const key of new Set([...Object.keys(kafka), ...Object.keys(ours)])) {
      const place = `${at}.${key}`;
      if (!(key in kafka) || !(key in ours)) {
        found.push({ at: place, kafka: shown(kafka[key]), ours: shown(ours[key]) });
      } else if (VOLATILE.has(key) || OWN_TEXTS.has(key)) {
        if (typeof kafka[key] !== typeof ours[key]) {
          found.push({ at: place, kafka: kafka[key], ours: ours[key] });
        }
      } else compareValues(place, kafka[key], ours[key], found);
    }
    return;
  }
  const [a, b] = [kafka, ours].map((value) =>
    typeof value === "string" ? value.replaceAll(VERSION, "VERSION") : value,
  );
  if (a !== b) found.push({ at, kafka: shown(kafka), ours: shown(ours) });
}

/** A value that stands on one side only is shown short. */
function shown(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value).slice(0, 200) : value;
}

/**
 * Lists of things with a name are compared by name, so that one more does not shift the rest; lists of names
 * and of offsets are sets; in all others the order counts.
 */
function compareArrays(
  at: string,
  kafka: readonly unknown[],
  ours: readonly unknown[],
  found: Difference[],
): void {
  const byName = [kafka, ours].map((list) => namedEntries(at, list));
  if (byName[0] && byName[1]) {
    const [a, b] = byName as [Map<string, unknown>, Map<string, unknown>];
    for (const name of new Set([...a.keys(), ...b.keys()])) {
      compareValues(`${at}[${name}]`, a.get(name), b.get(name), found);
    }
    // Kafka's own order of these is that of a hash map.
    const hasOrder = (name: string): boolean => !/converter\.|override\./.test(name);
    const common = [...a.keys()].filter((name) => b.has(name) && hasOrder(name));
    const order = [...b.keys()].filter((name) => a.has(name) && hasOrder(name));
    if (at.endsWith(".configs") && common.join() !== order.join()) {
      found.push({ at: `${at}.order`, kafka: common.join(), ours: order.join() });
    }
    return;
  }
  const isSet = at === "body" || at.endsWith(".topics") || at.endsWith(".recommended_values");
  const plain = (list: readonly unknown[]): readonly unknown[] =>
    list.map((value) => (typeof value === "string" ? value.replaceAll(VERSION, "VERSION") : value));
  const [a, b] = isSet ? [plain(kafka).toSorted(), plain(ours).toSorted()] : [kafka, ours];
  if (isSet && a.every((each) => typeof each === "string")) {
    for (const name of new Set([...a, ...b] as string[])) {
      if (a.includes(name) && b.includes(name)) continue;
      const has = (list: readonly unknown[]): string | undefined =>
        list.includes(name) ? name : undefined;
      found.push({ at: `${at}[${name}]`, kafka: has(a), ours: has(b) });
    }
    return;
  }
  if (a.length !== b.length) {
    found.push({ at: `${at}.length`, kafka: a.length, ours: b.length });
  }
  for (const [index, value] of a.entries()) {
    if (index < b.length) compareValues(`${at}[${index}]`, value, b[index], found);
  }
}

function namedEntries(at: string, list: readonly unknown[]): Map<string, unknown> | undefined {
  const entries = new Map<string, unknown>();
  for (const each of list) {
    if (!isObject(each)) return undefined;
    const value = each["value"] as { name?: string } | undefined;
    const partition = each["partition"];
    const name =
      partition === undefined
        ? (value?.name ?? each["name"] ?? pluginName(each))
        : JSON.stringify(sorted(partition));
    if (typeof name !== "string" || (entries.has(name) && !at.startsWith("body"))) return undefined;
    entries.set(name, each);
  }
  return list.length === 0 ? new Map() : entries;
}

/** A class may be a plug-in of several kinds. */
function pluginName(entry: Record<string, unknown>): string | undefined {
  return entry["class"] === undefined ? undefined : `${entry["class"]} ${entry["type"]}`;
}

/** Members of an object have no order. */
function sorted(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
