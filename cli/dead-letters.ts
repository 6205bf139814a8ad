import type { LogRecord } from "#broker";
import { UsageError, wholeNumber } from "./command.ts";

/** What stands beside a record that was refused: nothing of it is the record's own. */
export interface DeadLetter {
  readonly record: LogRecord;
  /** Of a quarantined message, or of the error of a dead letter with context headers; "" when unknown. */
  readonly code: string;
  readonly reason: string;
  /** The topic it came from, when it is a dead letter. */
  readonly origin: string | undefined;
  /** Only the beginning of an oversize frame was kept. */
  readonly isTruncated: boolean;
}

/** Which records are wanted; all of what is given has to hold. */
export interface LetterFilter {
  readonly codes: ReadonlySet<string>;
  readonly partition: number | undefined;
  /** Both ends included. */
  readonly fromOffset: number;
  readonly toOffset: number;
  /** Milliseconds since 1970: from … to before. */
  readonly since: number;
  readonly until: number;
}

export const filterOptions = {
  code: { type: "string", multiple: true, default: [] as string[] },
  partition: { type: "string" },
  offset: { type: "string" },
  since: { type: "string" },
  until: { type: "string" },
} as const;

export const FILTER_USAGE =
  "[--code CODE]… [--partition N] [--offset N|FROM-TO|FROM-] [--since TIME] [--until TIME]";

/** Headers that the way of the refusal added; what goes back has them no more. */
const ADDED = /^(__connect\.errors\.|quarantine-|replayed-from$)/;

const decoder = new TextDecoder();

function header({ headers }: LogRecord, name: string): string | undefined {
  const value = headers.findLast(([key]) => key === name)?.[1];
  return value ? decoder.decode(value) : undefined;
}

export function deadLetterOf(record: LogRecord): DeadLetter {
  // Our own errors begin their trace with class and code; see docs of the dead letter queue.
  const trace = header(record, "__connect.errors.exception.stacktrace") ?? "";
  return {
    record,
    code: header(record, "quarantine-code") ?? /^\w+ ([A-Z][A-Z0-9_]*):/.exec(trace)?.[1] ?? "",
    reason:
      header(record, "quarantine-reason") ??
      header(record, "__connect.errors.exception.message") ??
      "",
    origin: header(record, "__connect.errors.topic"),
    isTruncated: header(record, "quarantine-truncated") === "true",
  };
}

/** The record's own headers, without those of its refusal. */
export function ownHeaders({ headers }: LogRecord): LogRecord["headers"] {
  return headers.filter(([name]) => !ADDED.test(name));
}

/** Throws UsageError for values that cannot be read. */
export function filterOf(values: {
  readonly code: readonly string[];
  readonly partition?: string;
  readonly offset?: string;
  readonly since?: string;
  readonly until?: string;
}): LetterFilter {
  const offsets = /^(\d{1,15})(-(\d{0,15}))?$/.exec(values.offset ?? "0-");
  if (!offsets) throw new UsageError("--offset takes N, FROM-TO or FROM-");
  const [, from, range, to] = offsets;
  return {
    codes: new Set(values.code.flatMap((code) => code.split(","))),
    partition:
      values.partition === undefined ? undefined : wholeNumber(values.partition, "partition"),
    fromOffset: Number(from),
    toOffset: range === undefined ? Number(from) : to === "" ? Infinity : Number(to),
    since: timeOf(values.since, "since") ?? -Infinity,
    until: timeOf(values.until, "until") ?? Infinity,
  };
}

function timeOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new UsageError(`--${option} takes a time such as 2026-01-31T08:00:00Z`);
  }
  return time;
}

export function isWanted({ record, code }: DeadLetter, filter: LetterFilter): boolean {
  const { partition, offset, timestamp } = record;
  return (
    (filter.partition === undefined || filter.partition === partition) &&
    offset >= filter.fromOffset &&
    offset <= filter.toOffset &&
    timestamp >= filter.since &&
    timestamp < filter.until &&
    (filter.codes.size === 0 || filter.codes.has(code))
  );
}
