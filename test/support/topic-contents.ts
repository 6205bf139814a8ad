import { openRecordLog } from "#broker";
import type { LogRecord, RecordLog } from "#broker";

/** Opens the log beside a running worker. */
export function openBeside(bootstrapServers: string): Promise<RecordLog> {
  return openRecordLog({
    "bootstrap.servers": bootstrapServers,
    "embedded.read.only": "true",
  });
}

/** All committed records of a topic now; none when it does not exist. */
export async function topicContents(log: RecordLog, topic: string): Promise<LogRecord[]> {
  const topics = await log.admin.listTopics();
  if (!topics.includes(topic)) return [];
  const reader = await log.reader({ topic });
  try {
    const records: LogRecord[] = [];
    while (!(await reader.isAtEnd())) records.push(...(await reader.poll(1000)));
    return records;
  } finally {
    await reader.close();
  }
}

/** Records of each topic whose name matches, by topic. */
export async function topicsMatching(
  log: RecordLog,
  pattern: RegExp,
): Promise<Map<string, LogRecord[]>> {
  const found = new Map<string, LogRecord[]>();
  for (const topic of (await log.admin.listTopics()).toSorted()) {
    if (pattern.test(topic)) found.set(topic, await topicContents(log, topic));
  }
  return found;
}

/** The last header of that key, as text. */
export function headerText(record: LogRecord, key: string): string | undefined {
  const value = record.headers.findLast(([name]) => name === key)?.[1];
  return value ? new TextDecoder().decode(value) : undefined;
}
