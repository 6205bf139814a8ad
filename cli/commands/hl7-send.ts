import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { MllpClient } from "#lib/mllp-client";
import { CommandError, UsageError, wholeNumber } from "../command.ts";
import type { Command } from "../command.ts";
import { inputBytes, messagesOf } from "../input.ts";

export const hl7Send: Command = {
  name: "hl7 send",
  summary: "sends the messages of a file over MLLP and counts the answers",
  usage: "hl7 send FILE|- --to HOST:PORT [--connections N] [--rate N]",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: "string" },
        connections: { type: "string", default: "1" },
        rate: { type: "string", default: "0" },
      },
    });
    const [file] = positionals;
    const target = /^(.+):(\d+)$/.exec(values.to ?? "");
    if (file === undefined || !target) throw new UsageError("A file and --to HOST:PORT are needed");
    const messages = messagesOf(await inputBytes(file));
    const { result, failure } = await sendAll(messages, {
      host: target[1] ?? "",
      port: Number(target[2]),
      connections: wholeNumber(values.connections, "connections"),
      rate: wholeNumber(values.rate, "rate"),
    });
    if (failure && result.sent === 0) throw failure;
    process.stdout.write(`${JSON.stringify(result)}\n`);
    if (failure) {
      const open = messages.length - result.sent;
      throw new CommandError(`${failure.message}; ${open} of ${messages.length} have no answer`);
    }
    const refused = messages.length - (result.answers["AA"] ?? 0) - (result.answers["CA"] ?? 0);
    if (refused > 0) throw new CommandError(`${refused} of ${messages.length} were not accepted`);
  },
};

interface SendTarget {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Messages per second of all connections together; 0: as fast as they are answered. */
  readonly rate: number;
}

/** What was answered, and the failure that ended a connection before all were. */
async function sendAll(messages: readonly Uint8Array[], target: SendTarget) {
  const answers: Record<string, number> = {};
  const times: number[] = [];
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    const client = await MllpClient.connect(target);
    try {
      while (next < messages.length) {
        const index = next++;
        if (target.rate > 0)
          await delay(startedAt + (index / target.rate) * 1000 - performance.now());
        const sentAt = performance.now();
        const { code } = await client.send(messages[index] as Uint8Array);
        times.push(performance.now() - sentAt);
        answers[code] = (answers[code] ?? 0) + 1;
      }
    } finally {
      client.close();
    }
  };
  const count = Math.max(1, Math.min(target.connections, messages.length));
  const ends = await Promise.allSettled(Array.from({ length: count }, work));
  const failed = ends.find((end) => end.status === "rejected");
  const failure = failed && (failed.reason as Error);
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((times[Math.min(Math.floor(times.length * share), times.length - 1)] ?? 0) * 100) /
    100;
  const result = {
    sent: times.length,
    answers,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    milliseconds: { median: at(0.5), p99: at(0.99) },
  };
  return { result, failure };
}
