import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openRecordLog } from "#broker";
import type { LogRecord, RecordLog } from "#broker";
import type { Sent } from "./send.ts";

/** Next offset by topic and partition, to tell this run's records from an earlier one's. */
export type Positions = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface Delivery {
  /** Records of this run by topic. */
  readonly topics: Readonly<Record<string, number>>;
  /** What should have arrived and has not; message control ids and counts, no content. */
  readonly missing: readonly string[];
}

const isOurs = (topic: string): boolean => topic.startsWith("healthcare.");
const digest = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("base64");

async function withLog<T>(
  bootstrapServers: string,
  use: (log: RecordLog) => Promise<T>,
): Promise<T> {
  const log = await openRecordLog({
    "bootstrap.servers": bootstrapServers,
    "embedded.read.only": "true",
  });
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

/** Where each topic ends now. An embedded log that does not exist yet has no topics. */
export async function positionsNow(bootstrapServers: string): Promise<Positions> {
  const directory = /^embedded:(.*)/.exec(bootstrapServers)?.[1];
  if (directory !== undefined && !existsSync(directory)) return new Map();
  return withLog(bootstrapServers, async ({ admin }) => {
    const positions = new Map<string, ReadonlyMap<number, number>>();
    for (const topic of (await admin.listTopics()).filter(isOurs)) {
      const offsets = await admin.offsets(topic);
      positions.set(topic, new Map(offsets.map(({ partition, latest }) => [partition, latest])));
    }
    return positions;
  });
}

/** Reads each topic from where the run began until its end. */
async function recordsSince(log: RecordLog, before: Positions): Promise<Map<string, LogRecord[]>> {
  const found = new Map<string, LogRecord[]>();
  for (const topic of (await log.admin.listTopics()).filter(isOurs).toSorted()) {
    const offsets = await log.admin.offsets(topic);
    const from = offsets.map(({ partition, earliest }) => ({
      partition,
      offset: Math.max(earliest, before.get(topic)?.get(partition) ?? 0),
    }));
    const reader = await log.reader({ topic, from });
    const records: LogRecord[] = [];
    while (!(await reader.isAtEnd())) records.push(...(await reader.poll(500)));
    await reader.close();
    if (records.length > 0) found.set(topic, records);
  }
  return found;
}

/**
 * Waits (at most two minutes) until every acknowledged message is raw in its topic, byte for byte,
 * is converted, and every resource made of it is a line of the file.
 */
export async function deliveredBy(
  bootstrapServers: string,
  before: Positions,
  file: string,
  sent: Sent,
  say: (line: string) => void,
): Promise<Delivery> {
  return withLog(bootstrapServers, async (log) => {
    const deadline = performance.now() + 120_000;
    let said = "";
    let counted = "";
    for (;;) {
      const records = await recordsSince(log, before);
      const missing = missingFrom(records, file, sent);
      const topics = Object.fromEntries([...records].map(([topic, list]) => [topic, list.length]));
      const isLate = performance.now() > deadline;
      // Topics are read one after the other: only when nothing came meanwhile do they fit together.
      const isStill = counted === JSON.stringify(topics);
      if ((missing.length === 0 && isStill) || isLate) return { topics, missing };
      counted = JSON.stringify(topics);
      if (missing.length === 0) continue;
      const line = `waiting for ${missing.length} more`;
      if (line !== said) say(line);
      said = line;
      await delay(500);
    }
  });
}

function missingFrom(
  records: ReadonlyMap<string, readonly LogRecord[]>,
  file: string,
  sent: Sent,
): string[] {
  const raw = new Set<string>();
  const converted = new Set<string>();
  const resources: string[] = [];
  for (const [topic, list] of records) {
    for (const record of list) {
      if (topic.startsWith("healthcare.fhir.")) {
        converted.add(headerText(record, "message-control-id"));
        resources.push(digest(record.value ?? ""));
      } else {
        raw.add(digest(record.value ?? ""));
      }
    }
  }
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const lines = new Set(text.split("\n").slice(0, -1).map(digest));
  const missing: string[] = [];
  for (const { controlId, payload } of sent.accepted) {
    if (!raw.has(digest(payload))) missing.push(`message ${controlId} in its raw topic`);
    if (!converted.has(controlId)) missing.push(`message ${controlId} as FHIR`);
  }
  const notInFile = resources.filter((resource) => !lines.has(resource)).length;
  if (notInFile > 0) missing.push(`${notInFile} resources in the file`);
  return missing;
}

function headerText(record: LogRecord, key: string): string {
  const value = record.headers.findLast(([name]) => name === key)?.[1];
  return value ? new TextDecoder().decode(value) : "";
}
