import { pino } from "pino";
import type { LogFields, PluginLog } from "#connect-api";
import { describeError } from "./describe-error.ts";

/** Kafka Connect's level names, as `/admin/loggers` shows them. */
export const LEVELS = ["ALL", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF"] as const;
export type Level = (typeof LEVELS)[number];

/** Fields of a line; an error is written as code, class and stack. */
type Fields = LogFields & { readonly error?: never };

export interface Logger extends PluginLog {
  /** A line about an error, with its safe description as `trace`. */
  failure(error: unknown, fields: LogFields, message: string): void;
}

interface LevelState {
  readonly level: Level;
  /** Milliseconds since 1970; null until changed at run time. */
  readonly lastModified: number | null;
}

/** Characters that wait to be written while the disk is full; more are dropped. */
const WAITING_MAX = 1024 * 1024;
const destination = pino.destination({ dest: 2, sync: true, maxLength: WAITING_MAX });
// A worker whose log cannot be written (full disk, closed pipe) works on; without a listener that would end it. What waits is
// written when there is room again.
destination.on("error", () => {});

/** One JSON line on stderr per event. */
const root = pino(
  {
    level: "trace",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
  destination,
);

const names = new Set<string>(["root"]);
/** Levels that were set; a logger without one has that of the nearest name above it. */
const levels = new Map<string, Level>([["root", "INFO"]]);
/** When a logger's level changed at run time, in milliseconds since 1970. */
const changes = new Map<string, number>();

/** The logger of a part of the worker, such as `worker.herder`; made at the first call. */
export function getLogger(name: string): Logger {
  names.add(name);
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (fields: Fields, message: string): void => {
      if (isEnabled(name, level)) root[level]({ logger: name, ...fields }, message);
    };
  const error = write("error");
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error,
    failure: (cause, fields, message) => error({ ...fields, trace: describeError(cause) }, message),
  };
}

function isEnabled(name: string, level: string): boolean {
  return LEVELS.indexOf(level.toUpperCase() as Level) >= LEVELS.indexOf(effectiveLevel(name));
}

/** A logger's own level, or that of the nearest name above it (`worker.rest` → `worker` → root). */
function effectiveLevel(name: string): Level {
  for (let current = name; current !== ""; current = current.slice(0, current.lastIndexOf("."))) {
    const found = levels.get(current);
    if (found) return found;
    if (!current.includes(".")) break;
  }
  return levels.get("root") ?? "INFO";
}

/** Also the root's own name may be written in any case. */
const plainName = (name: string): string => (name.toLowerCase() === "root" ? "root" : name);

export function levelOf(name: string): LevelState {
  const plain = plainName(name);
  return { level: effectiveLevel(plain), lastModified: changes.get(plain) ?? null };
}

export function isKnownLogger(name: string): boolean {
  return names.has(plainName(name));
}

/** All loggers by name, but for those that are switched off. */
export function loggersWithLevels(): ReadonlyMap<string, LevelState> {
  const shown = [...names].filter((name) => effectiveLevel(name) !== "OFF").toSorted();
  return new Map(shown.map((name) => [name, levelOf(name)]));
}

/**
 * Sets the level of a logger and of those below it; `root` means all. Returns, sorted, those whose name begins
 * with its name and whose level is another one now; one that was off counts as such. A new one has had the level of
 * the logger above it.
 *
 * Source: org.apache.kafka.connect.runtime.Loggers.Log4jLoggers.setLevel (4.1).
 */
export function setLevel(name: string, level: Level, now: number): readonly string[] {
  const plain = plainName(name);
  const isBelow = (each: string): boolean => plain === "root" || each.startsWith(plain);
  names.add(plain);
  const before = new Map([...names].filter(isBelow).map((each) => [each, effectiveLevel(each)]));
  levels.set(plain, level);
  for (const each of levels.keys()) if (isBelow(each)) levels.set(each, level);
  const changed = [...names]
    .filter(isBelow)
    .filter((each) => {
      const old = before.get(each);
      return old === "OFF" || old !== effectiveLevel(each);
    })
    .toSorted();
  for (const each of changed) changes.set(each, now);
  return changed;
}
