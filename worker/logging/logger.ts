import { pino } from "pino";
import type { LogFields, PluginLog } from "#connect-api";
import { describeError } from "./describe-error.ts";

/** Kafka Connect's level names, as `/admin/loggers` shows them. */
export const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF"] as const;
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

/** One JSON line on stderr per event. */
const root = pino(
  {
    level: "trace",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
  pino.destination({ dest: 2, sync: true }),
);

const names = new Set<string>();
const levels = new Map<string, LevelState>();
levels.set("root", { level: "INFO", lastModified: null });

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
  return LEVELS.indexOf(level.toUpperCase() as Level) >= LEVELS.indexOf(levelOf(name).level);
}

/** A logger's own level, or that of the nearest name above it (`worker.rest` → `worker` → root). */
export function levelOf(name: string): LevelState {
  for (let current = name; current !== "";) {
    const found = levels.get(current);
    if (found) return found;
    const dot = current.lastIndexOf(".");
    current = dot < 0 ? "" : current.slice(0, dot);
  }
  return levels.get("root") as LevelState;
}

export function isKnownLogger(name: string): boolean {
  return name === "root" || names.has(name) || levels.has(name);
}

/** Loggers with a level of their own, by name. */
export function loggersWithLevels(): ReadonlyMap<string, LevelState> {
  return new Map([...levels].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Sets the level of a logger and of all whose names begin with its name; `root` means all. Returns the
 * names, sorted. A level that is set already keeps its time.
 *
 * Source: org.apache.kafka.connect.runtime.Loggers.setLevel.
 */
export function setLevel(name: string, level: Level, now: number): readonly string[] {
  const known = new Set([...names, ...levels.keys(), name]);
  const affected = [...known].filter((each) => name === "root" || each.startsWith(name)).toSorted();
  for (const each of affected) {
    if (levels.get(each)?.level !== level) levels.set(each, { level, lastModified: now });
  }
  return affected;
}
