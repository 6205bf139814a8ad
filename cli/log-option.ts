import { readFileSync } from "node:fs";
import { parse } from "dot-properties";
import { openRecordLog } from "#broker";
import type { RecordLog, RecordLogSettings } from "#broker";
import { CommandError } from "./command.ts";

/** Options of commands that read topics. */
export const logOptions = {
  bootstrap: { type: "string" },
  worker: { type: "string" },
} as const;

export const LOG_USAGE = "[--bootstrap embedded:DIR|HOST:PORT] [--worker worker.properties]";

/**
 * Opens the log that `--bootstrap`, the worker file of `--worker`, or CONNECT_BOOTSTRAP names, for reading unless it is
 * said otherwise; by default localhost:9092. An embedded log may be in use by a worker while it is read, not while it is written.
 */
export async function openLog(
  values: { readonly bootstrap?: string; readonly worker?: string },
  { isWriting = false }: { readonly isWriting?: boolean } = {},
): Promise<RecordLog> {
  const worker = values.worker === undefined ? {} : workerFile(values.worker);
  const servers =
    values.bootstrap ??
    worker["bootstrap.servers"] ??
    process.env["CONNECT_BOOTSTRAP"] ??
    "localhost:9092";
  const settings: RecordLogSettings = {
    ...worker,
    "bootstrap.servers": servers,
    "embedded.read.only": String(!isWriting),
  };
  return openRecordLog(settings);
}

function workerFile(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new CommandError(`The worker file ${file} cannot be read`);
  }
  if (!file.endsWith(".json")) return parse(text) as Record<string, string>;
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new CommandError(`The worker file ${file} is not valid JSON`);
  }
}
