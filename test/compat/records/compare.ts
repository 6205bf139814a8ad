import { JsonReader, exactNumber } from "#lib/exact-json";
import { differences } from "./differences.ts";
import type { CaseResult, DeadLetter, Outcome, RawHeader, RecordCase } from "./record-case.ts";

/** One place where the two are not the same. */
export interface Difference {
  readonly name: string;
  readonly index: number;
  readonly what: string;
  readonly kafka: string;
  readonly ours: string;
  readonly given: string;
  /** Kafka's error for that record, if it failed there. */
  readonly cause: string;
  /** The accepted difference that explains it, if one does. */
  readonly accepted: string | undefined;
}

const text = (base64: string | null): string =>
  base64 === null ? "null" : Buffer.from(base64, "base64").toString("utf8");

/** Everything that differs between Kafka's results and ours. Order of map members does not count. */
export function compare(
  cases: readonly RecordCase[],
  kafka: readonly CaseResult[],
  ours: readonly CaseResult[],
): readonly Difference[] {
  return cases.flatMap((each, index) =>
    compareCase(each, kafka[index] as CaseResult, ours[index] as CaseResult),
  );
}

function compareCase(test: RecordCase, kafka: CaseResult, ours: CaseResult): readonly Difference[] {
  const found: Difference[] = [];
  const differ = (index: number, what: string, a: string, b: string): void => {
    if (a === b) return;
    const record = test.records[index];
    const given = record ? `${text(record.key)} / ${text(record.value)}` : "";
    const cause =
      causeOf(kafka.outcomes?.[Math.max(index, 0)]) ?? causeOf(kafka.outcomes?.at(-1)) ?? "";
    const seen = { name: test.name, index, what, kafka: a, ours: b, given, cause };
    const accepted = differences.find((each) => each.explains(seen, test))?.title;
    found.push({ ...seen, accepted });
  };
  // At the start of a task Kafka names some keys with the alias, some without.
  const problem = ({ configError = "none" }: CaseResult): string =>
    configError.replaceAll(/(?:transforms|predicates)\.\w+\./g, "");
  differ(-1, "configError", problem(kafka), problem(ours));
  if (kafka.configError !== undefined || ours.configError !== undefined) return found;
  const count = Math.max(kafka.outcomes?.length ?? 0, ours.outcomes?.length ?? 0);
  for (let index = 0; index < count; index += 1) {
    const [a, b] = [kafka.outcomes?.[index], ours.outcomes?.[index]];
    const kind = (outcome: Outcome | undefined) => outcome?.outcome ?? "not reached";
    if (!a || !b || a.outcome !== b.outcome) {
      differ(index, "outcome", `${kind(a)} ${details(a)}`, `${kind(b)} ${details(b)}`);
    } else compareOutcome(a, b, (what, left, right) => differ(index, what, left, right));
  }
  compareDeadLetters(kafka, ours, differ);
  return found;
}

function causeOf(outcome: Outcome | undefined): string | undefined {
  return outcome && "error" in outcome ? String(outcome.error) : undefined;
}

function details(outcome: Outcome | undefined): string {
  if (!outcome || outcome.outcome === "filtered") return "";
  if (outcome.outcome === "stored") return `${text(outcome.key)} / ${text(outcome.value)}`;
  return `${outcome.errorClass}: ${outcome.error}`;
}

type Differ = (what: string, kafka: string, ours: string) => void;

function compareOutcome(a: Outcome, b: Outcome, differ: Differ): void {
  if (a.outcome === "stored" && b.outcome === "stored") {
    differ("topic", a.topic, b.topic);
    differ("partition", String(a.partition), String(b.partition));
    differ("timestamp", String(a.timestamp), String(b.timestamp));
    differ("key", canonical(a.key), canonical(b.key));
    differ("value", canonical(a.value), canonical(b.value));
    differ("headers", headersText(a.headers), headersText(b.headers));
  } else if (a.outcome === "skipped" && b.outcome === "skipped") {
    differ("stage", a.stage, b.stage);
    differ("className", a.className, b.className);
    differ("errorClass", a.errorClass, b.errorClass);
    differ("error", String(a.error), String(b.error));
  } else if (a.outcome === "failed" && b.outcome === "failed") {
    differ("message", a.message, b.message);
    differ("errorClass", a.errorClass, b.errorClass);
    differ("error", String(a.error), String(b.error));
  }
}

function compareDeadLetters(
  kafka: CaseResult,
  ours: CaseResult,
  differ: (index: number, what: string, kafka: string, ours: string) => void,
): void {
  const [left, right] = [kafka.deadLetters ?? [], ours.deadLetters ?? []];
  differ(-1, "dead letters", String(left.length), String(right.length));
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [a, b] = [left[index] as DeadLetter, right[index] as DeadLetter];
    for (const what of ["topic", "timestamp", "key", "value"] as const) {
      differ(-1, `dead letter ${what}`, String(a[what]), String(b[what]));
    }
    // Text and trace of the exception are compared above, and by rule of their own.
    const headers = (letter: DeadLetter): string =>
      headersText(letter.headers.filter(([key]) => !/exception\.(message|stacktrace)$/.test(key)));
    differ(-1, "dead letter headers", headers(a), headers(b));
    const keys = (letter: DeadLetter): string => letter.headers.map(([key]) => key).join(",");
    differ(-1, "dead letter header names", keys(a), keys(b));
  }
}

function headersText(headers: readonly RawHeader[]): string {
  return headers.map(([key, value]) => `${key}=${canonical(value)}`).join("; ");
}

/**
 * The text; of JSON, with the members of maps in order of their names, and its length, which tells of escapes and
 * spaces. Bytes that are no text as they are.
 */
function canonical(base64: string | null): string {
  if (base64 === null) return "null";
  const bytes = Buffer.from(base64, "base64");
  const plain = bytes.toString("utf8");
  if (!Buffer.from(plain, "utf8").equals(bytes)) return `base64:${base64}`;
  if (!plain.startsWith("{") && !plain.startsWith("[")) return plain;
  try {
    const reader = new JsonReader(plain, exactNumber);
    const value = reader.value();
    reader.end();
    return `${JSON.stringify(sorted(value))} (${bytes.length} bytes)`;
  } catch {
    return plain;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || JSON.isRawJSON(value)) return value;
  const members = value as Readonly<Record<string, unknown>>;
  // The fields of a struct keep their order: only what comes from a map has none.
  const names =
    "schema" in members && "payload" in members && members["schema"] !== null
      ? Object.keys(members)
      : Object.keys(members).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(members[name])]));
}
