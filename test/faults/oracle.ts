import { hash } from "node:crypto";
import type { LogRecord } from "#broker";
import type { AnsweredEntry, LedgerEntry, SentEntry } from "./ledger.ts";

export interface OracleInput {
  readonly ledger: readonly LedgerEntry[];
  /** Everything in the data topics, committed, in the order of each partition. */
  readonly records: readonly LogRecord[];
  readonly isExactlyOnce: boolean;
  /** After so long an answer must not come, in milliseconds. */
  readonly deadlineMs: number;
}

export interface OracleReport {
  readonly messages: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Not answered at the end. */
  readonly open: number;
  readonly repetitions: number;
  readonly lost: number;
  readonly doubled: number;
  readonly mixed: number;
  readonly late: number;
  readonly disordered: number;
  /** The first of each kind, in words. */
  readonly violations: readonly string[];
}

const isPositive = (code: string): boolean => code === "AA" || code === "CA";

/** For clocks and for what the network takes. */
const LATE_GRACE_MS = 250;

/**
 * The invariants that hold after every fault:
 *
 *   L1 what was acknowledged is in the topic, byte for byte
 *   L2 exactly once: each message at most once; at least once: no more often than it was sent
 *   L3 the order of a connection's messages in a partition is the order in which they were sent
 *   L4 nothing is there that nobody sent: no message is cut, fused or mixed
 *   L5 what was refused is in no data topic
 *   L6 answers come in order and name their message (the senders note it when not)
 *   and no answer comes after its deadline
 *
 * L7 (throughput comes back) and L8 (no patient data outside of the topics) are checked where they can be seen.
 */
export function judge({ ledger, records, isExactlyOnce, deadlineMs }: OracleInput): OracleReport {
  const sent = new Map<string, SentEntry[]>();
  const answers = new Map<string, AnsweredEntry[]>();
  const violations: string[] = [];
  let late = 0;
  for (const entry of ledger) {
    if (entry.kind === "sent") push(sent, entry.id, entry);
    if (entry.kind === "answered") {
      push(answers, entry.id, entry);
      if (entry.afterMs > deadlineMs + LATE_GRACE_MS) late += 1;
    }
    if (entry.kind === "violation") violations.push(`${entry.invariant}: ${entry.text}`);
  }
  const shaToId = new Map([...sent].map(([id, [first]]) => [(first as SentEntry).sha256, id]));
  const copies = new Map<string, LogRecord[]>();
  let mixed = 0;
  for (const record of records) {
    const sha256 = hash("sha256", record.value ?? new Uint8Array(), "hex");
    const id = shaToId.get(sha256);
    if (id === undefined) {
      mixed += 1;
      violations.push(`L4: ${record.topic}-${record.partition}@${record.offset} was never sent`);
    } else {
      push(copies, id, record);
    }
  }
  const result = { acknowledged: 0, refused: 0, open: 0, repetitions: 0, lost: 0, doubled: 0 };
  for (const [id, attempts] of sent) {
    const own = answers.get(id) ?? [];
    const stored = copies.get(id)?.length ?? 0;
    result.repetitions += attempts.length - 1;
    const last = own.at(-1);
    if (own.some(({ code }) => isPositive(code))) {
      result.acknowledged += 1;
      if (stored === 0) {
        result.lost += 1;
        violations.push(`L1: ${id} was acknowledged and is not stored`);
      }
    } else if (last) {
      result.refused += 1;
      const isUnknown = last.errors.includes("207");
      if (stored > 0 && !isUnknown) violations.push(`L5: ${id} was refused and is stored`);
    } else {
      result.open += 1;
    }
    const allowed = isExactlyOnce ? 1 : attempts.length;
    if (stored > allowed) {
      result.doubled += stored - allowed;
      violations.push(`L2: ${id} is stored ${stored} times, was sent ${attempts.length} times`);
    }
  }
  const disordered = orderViolations(sent, copies, violations);
  if (late > 0) violations.push(`late: ${late} answers came after ${deadlineMs} ms`);
  return {
    messages: sent.size,
    ...result,
    mixed,
    late,
    disordered,
    violations: violations.slice(0, 20),
  };
}

/** L3, by the first copy of each message. */
function orderViolations(
  sent: ReadonlyMap<string, readonly SentEntry[]>,
  copies: ReadonlyMap<string, readonly LogRecord[]>,
  violations: string[],
): number {
  const lines = new Map<string, { sequence: number; offset: number; id: string }[]>();
  for (const [id, records] of copies) {
    const [first] = records.toSorted((a, b) => a.offset - b.offset);
    const entry = sent.get(id)?.[0];
    if (!first || !entry) continue;
    // Connections of several runs have the same numbers; the run stands first in the id.
    const run = id.slice(0, id.indexOf("-"));
    const line = `${run} ${entry.connection} ${first.topic} ${first.partition}`;
    push(lines, line, { sequence: entry.sequence, offset: first.offset, id });
  }
  let count = 0;
  for (const line of lines.values()) {
    line.sort((a, b) => a.sequence - b.sequence);
    for (let index = 1; index < line.length; index += 1) {
      const [before, after] = [line[index - 1], line[index]];
      if (!before || !after || before.offset < after.offset) continue;
      count += 1;
      violations.push(`L3: ${after.id} stands before ${before.id}`);
    }
  }
  return count;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
