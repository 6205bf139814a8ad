import { parseArgs } from "node:util";
import type { LogRecord, Producer, RecordLog } from "#broker";
import { MllpClient, MllpClientError } from "#lib/mllp-client";
import { CommandError, UsageError, wholeNumber } from "../command.ts";
import type { Command } from "../command.ts";
import {
  FILTER_USAGE,
  deadLetterOf,
  filterOf,
  filterOptions,
  isWanted,
  ownHeaders,
} from "../dead-letters.ts";
import type { DeadLetter } from "../dead-letters.ts";
import { LOG_USAGE, logOptions, openLog } from "../log-option.ts";

/**
 * Sends refused records once more. Prints places, codes and reasons, never a key, a value or an answer: what it handles
 * are patients' data.
 */
export const replay: Command = {
  name: "replay",
  summary: "sends dead letters or quarantined messages again, to a topic or over MLLP",
  usage: `replay TOPIC (--to-topic TOPIC|origin | --to-mllp HOST:PORT | --dry-run) ${FILTER_USAGE} [--max N] ${LOG_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...logOptions,
        ...filterOptions,
        "to-topic": { type: "string" },
        "to-mllp": { type: "string" },
        "dry-run": { type: "boolean", default: false },
        max: { type: "string" },
      },
    });
    const [topic] = positionals;
    if (topic === undefined || positionals.length > 1) throw new UsageError("One topic is needed");
    const targets = [values["to-topic"], values["to-mllp"]].filter((each) => each !== undefined);
    if (targets.length > 1 || (targets.length === 0 && !values["dry-run"])) {
      throw new UsageError("Name one target, or --dry-run");
    }
    const filter = filterOf(values);
    const max = values.max === undefined ? Infinity : wholeNumber(values.max, "max");
    const isWriting = values["to-topic"] !== undefined && !values["dry-run"];
    const log = await openLog(values, { isWriting });
    try {
      if (!(await log.admin.listTopics()).includes(topic)) {
        throw new CommandError(`There is no topic ${topic}`);
      }
      const target = values["dry-run"] ? nowhere : await targetOf(log, topic, values);
      try {
        await replayAll(lettersOf(log, topic), (letter) => isWanted(letter, filter), max, target);
      } finally {
        await target.close();
      }
    } finally {
      await log.close();
    }
  },
};

/** Where letters go. `send` says in a word what became of one. */
interface Target {
  send(letter: DeadLetter): Promise<string>;
  close(): Promise<void> | void;
}

const nowhere: Target = { send: async () => "found", close: () => {} };

function targetOf(
  log: RecordLog,
  topic: string,
  values: { readonly "to-topic"?: string; readonly "to-mllp"?: string },
): Promise<Target> | Target {
  const { "to-topic": toTopic, "to-mllp": toMllp } = values;
  if (toTopic === topic) throw new UsageError("The topic cannot be replayed to itself");
  if (toTopic !== undefined) return topicTarget(log, toTopic);
  const address = /^(.+):(\d+)$/.exec(toMllp ?? "");
  if (!address) throw new UsageError("--to-mllp takes HOST:PORT");
  return mllpTarget(address[1] ?? "", Number(address[2]));
}

async function topicTarget(log: RecordLog, toTopic: string): Promise<Target> {
  const producer: Producer = await log.producer({ clientId: "clinical-connect-replay" });
  return {
    async send({ record, origin, isTruncated }) {
      // Only the beginning of it is there: whoever reads it would take it for the whole.
      if (isTruncated) return "truncated";
      const topic = toTopic === "origin" ? origin : toTopic;
      if (topic === undefined) return "without-origin";
      const { key, value, timestamp } = record;
      const from = new TextEncoder().encode(placeOf(record));
      const headers = [...ownHeaders(record), ["replayed-from", from] as const];
      await producer.send([{ topic, key, value, timestamp, headers }]);
      return "sent";
    },
    close: () => producer.close(),
  };
}

/** One message on its way; stops at the first that has no answer, because it may be stored or not. */
async function mllpTarget(host: string, port: number): Promise<Target> {
  let client = await MllpClient.connect({ host, port });
  return {
    async send({ record, isTruncated }) {
      if (isTruncated) return "truncated";
      if (!record.value) return "empty";
      if (client.isClosed) client = await MllpClient.connect({ host, port });
      const { code } = await client.send(record.value);
      return /^[AC][AER]$/.test(code) ? code : "no-code";
    },
    close: () => client.close(),
  };
}

/**
 * In order of each partition, until the end as it is at the start: what is refused once more comes to the same topic, and would be
 * sent again for ever.
 */
async function* lettersOf(log: RecordLog, topic: string): AsyncGenerator<DeadLetter> {
  const offsets = await log.admin.offsets(topic);
  const ends = new Map(offsets.map(({ partition, latest }) => [partition, latest]));
  const reader = await log.reader({ topic });
  const open = new Set(
    offsets.filter((each) => each.latest > each.earliest).map((each) => each.partition),
  );
  try {
    // A partition may end with markers of transactions, which are no records; then the reader says that it is over.
    while (open.size > 0 && !(await reader.isAtEnd())) {
      for (const record of await reader.poll(1000)) {
        const end = ends.get(record.partition) ?? 0;
        if (record.offset + 1 >= end) open.delete(record.partition);
        if (record.offset < end) yield deadLetterOf(record);
      }
    }
  } finally {
    await reader.close();
  }
}

async function replayAll(
  letters: AsyncIterable<DeadLetter>,
  wanted: (letter: DeadLetter) => boolean,
  max: number,
  target: Target,
): Promise<void> {
  const outcomes: Record<string, number> = {};
  let read = 0;
  let matched = 0;
  const finish = (): void => {
    process.stdout.write(`${JSON.stringify({ read, matched, outcomes })}\n`);
  };
  for await (const letter of letters) {
    if (matched >= max) break;
    read += 1;
    if (!wanted(letter)) continue;
    matched += 1;
    let outcome: string;
    try {
      outcome = await target.send(letter);
    } catch (error) {
      finish();
      const isKnown = error instanceof MllpClientError;
      const why = isKnown ? error.message : "The log did not take it";
      const place = placeOf(letter.record);
      throw new CommandError(`${why}; stopped at ${place}, which may have arrived or not`);
    }
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    process.stdout.write(`${JSON.stringify(lineOf(letter, outcome))}\n`);
  }
  finish();
  const failed = matched - (outcomes["sent"] ?? 0) - (outcomes["found"] ?? 0) - accepted(outcomes);
  if (failed > 0) throw new CommandError(`${failed} of ${matched} were not taken`);
}

function accepted(outcomes: Readonly<Record<string, number>>): number {
  return (outcomes["AA"] ?? 0) + (outcomes["CA"] ?? 0);
}

function lineOf({ record, code, reason }: DeadLetter, outcome: string) {
  return {
    place: placeOf(record),
    time: new Date(record.timestamp).toISOString(),
    code,
    reason,
    bytes: record.value?.length ?? 0,
    outcome,
  };
}

function placeOf({ topic, partition, offset }: LogRecord): string {
  return `${topic}-${partition}@${offset}`;
}
