import { parseArgs } from "node:util";
import type { LogRecord, RecordLog } from "#broker";
import { CommandError, UsageError, wholeNumber } from "../command.ts";
import type { Command } from "../command.ts";
import { LOG_USAGE, logOptions, openLog } from "../log-option.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const topicsRead: Command = {
  name: "topics read",
  summary: "records of a topic; without --from-beginning, those that come from now on",
  usage: `topics read TOPIC [--from-beginning] [--max N] [--json] ${LOG_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...logOptions,
        "from-beginning": { type: "boolean", default: false },
        max: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const [topic] = positionals;
    if (topic === undefined || positionals.length > 1) throw new UsageError("One topic is needed");
    const max = values.max === undefined ? Infinity : wholeNumber(values.max, "max");
    const log = await openLog(values);
    try {
      if (!(await log.admin.listTopics()).includes(topic)) {
        throw new CommandError(`There is no topic ${topic}`);
      }
      const show = values.json ? jsonLine : plainLine;
      await readTopic(log, topic, { max, fromBeginning: values["from-beginning"], show });
    } finally {
      await log.close();
    }
  },
};

interface ReadOptions {
  readonly max: number;
  readonly fromBeginning: boolean;
  show(record: LogRecord): string;
}

/** From the beginning: until the end as it is now. Otherwise: what comes, until Ctrl-C. */
async function readTopic(log: RecordLog, topic: string, options: ReadOptions): Promise<void> {
  const ends = (await log.admin.offsets(topic)).map(({ partition, latest }) => ({
    partition,
    offset: latest,
  }));
  const reader = await log.reader(options.fromBeginning ? { topic } : { topic, from: ends });
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  if (!options.fromBeginning) {
    process.stderr.write(`Waiting for new records of ${topic}; Ctrl-C ends\n`);
  }
  let shown = 0;
  try {
    while (shown < options.max && !stop.signal.aborted) {
      if (options.fromBeginning && (await reader.isAtEnd())) break;
      for (const record of await reader.poll(1000, stop.signal)) {
        if (shown >= options.max) break;
        process.stdout.write(`${options.show(record)}\n`);
        shown += 1;
      }
    }
  } finally {
    await reader.close();
  }
}

/** Text as it is, other bytes as base64. */
function shown(bytes: Uint8Array | null): {
  readonly text: string | null;
  readonly isBase64: boolean;
} {
  if (bytes === null) return { text: null, isBase64: false };
  try {
    return { text: decoder.decode(bytes), isBase64: false };
  } catch {
    return { text: Buffer.from(bytes).toString("base64"), isBase64: true };
  }
}

function jsonLine(record: LogRecord): string {
  const key = shown(record.key);
  const value = shown(record.value);
  return JSON.stringify({
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    key: key.text,
    ...(key.isBase64 ? { keyEncoding: "base64" } : {}),
    headers: record.headers.map(([name, bytes]) => {
      const header = shown(bytes);
      return {
        key: name,
        value: header.text,
        ...(header.isBase64 ? { encoding: "base64" } : {}),
      };
    }),
    value: value.text,
    ...(value.isBase64 ? { encoding: "base64" } : {}),
  });
}

/** HL7's carriage returns become line ends, so that a person can read them. */
function plainLine(record: LogRecord): string {
  const value = shown(record.value).text ?? "(tombstone)";
  const place = `${record.topic}-${record.partition}@${record.offset}`;
  return `${place}\t${shown(record.key).text ?? ""}\t${value.replaceAll(/\r\n?/g, "\n")}`;
}
