import { setTimeout as delay } from "node:timers/promises";
import { ask } from "#test/support/ask";
import type { HttpAnswer } from "#test/support/ask";
import { covers } from "./accepted.ts";
import type { Accepted } from "./accepted.ts";
import { compareAnswers } from "./compare.ts";
import type { Difference } from "./compare.ts";
import { titleOf } from "./step.ts";
import type { Scenario, Step } from "./step.ts";
import { unreadable } from "./tools/readable.ts";
import type { Shape } from "./tools/readable.ts";

/** The two workers under comparison. */
export interface Pair {
  readonly kafkaUrl: string;
  readonly oursUrl: string;
  /** Stand for `~` in requests and become it again in answers; of one length, as texts are measured. */
  readonly kafkaName: string;
  readonly oursName: string;
  /** Stands for `$DIR`: a folder that both can read and write. */
  readonly folder: string;
}

export interface Report {
  /** Requests that were compared. */
  readonly compared: number;
  /** Differences that nobody accepted, ready to print. */
  readonly unexpected: readonly string[];
  /** The accepted differences that occurred. */
  readonly used: ReadonlySet<Accepted>;
}

const SETTLE_MS = Number(process.env["COMPAT_SETTLE_MS"] ?? 20_000);
const UNTIL_MS = Number(process.env["COMPAT_UNTIL_MS"] ?? 60_000);
/** An answer that takes longer is a hang; both workers give up after 90 s themselves. */
const ANSWER_MS = 120_000;
/** Kafka also says so of what never ends, such as a task that there is not. */
const CONFLICT_MS = 5000;
const CONFLICT = /"error_code":409.*(rebalance|stale configuration|conflicting operation)/s;

/** Runs a scenario's steps on both workers and compares each answer. */
export async function runScenario(
  pair: Pair,
  scenario: Scenario,
  accepted: readonly Accepted[],
): Promise<Report> {
  const unexpected: string[] = [];
  const used = new Set<Accepted>();
  for (const step of scenario.steps) {
    const title = titleOf(step);
    const at = performance.now();
    const { found, answers } = await compareStep(pair, step, (found) =>
      found.filter((each) => !accepted.some((one) => covers(one, title, each))),
    );
    if (process.env["COMPAT_TRACE"] !== undefined) {
      process.stderr.write(`${Math.round(performance.now() - at)} ms ${title}\n`);
    }
    for (const difference of found) {
      const by = accepted.find((one) => covers(one, title, difference));
      if (by) used.add(by);
      else unexpected.push(describe(title, difference));
    }
    unexpected.push(...missed(title, step, answers));
    if (step.reads) unexpected.push(...unread(title, step.reads, answers));
  }
  return { compared: scenario.steps.length, unexpected, used };
}

/**
 * Reads are compared until they agree, because both workers do much in the background; requests that change
 * something are sent once, and again only after a conflict that Kafka calls transient.
 */
export async function compareStep(
  pair: Pair,
  step: Step,
  unaccepted: (found: readonly Difference[]) => readonly Difference[],
): Promise<{ readonly found: readonly Difference[]; readonly answers: readonly HttpAnswer[] }> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const [kafka, ours] = await Promise.all([
      answerOf(pair.kafkaUrl, pair.kafkaName, pair.folder, step),
      answerOf(pair.oursUrl, pair.oursName, pair.folder, step),
    ]);
    const found = compareAnswers(kafka, ours, step.compareHeaders);
    const isRead = step.method === "GET";
    if (!isRead || unaccepted(found).length === 0 || performance.now() > deadline) {
      return { found, answers: [kafka, ours] };
    }
    await delay(100);
  }
}

export async function answerOf(
  url: string,
  name: string,
  folder: string,
  step: Step,
): Promise<HttpAnswer> {
  const own = (text: string): string => text.replaceAll("~", name).replaceAll("$DIR", folder);
  const common = (text: string): string => text.replaceAll(name, "~").replaceAll(folder, "$DIR");
  const body =
    step.body === undefined || typeof step.body === "string"
      ? step.body
      : JSON.stringify(step.body);
  const request = {
    ...step,
    path: own(step.path),
    ...(body === undefined ? {} : { body: own(body) }),
    timeoutMs: ANSWER_MS,
  };
  const startedAt = performance.now();
  for (;;) {
    const answer = await ask(url, request);
    const text = common(answer.text);
    const isEarly = step.until !== undefined && !step.until.test(text);
    const waitMs = isEarly ? UNTIL_MS : CONFLICT.test(text) ? CONFLICT_MS : 0;
    if (performance.now() - startedAt > waitMs) {
      return {
        ...answer,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([key, value]) => [key, common(String(value))]),
        ),
        text,
      };
    }
    await delay(100);
  }
}

/** What was waited for in vain. */
function missed(title: string, { until }: Step, answers: readonly HttpAnswer[]): readonly string[] {
  return ["Kafka's", "our"]
    .filter((_whose, index) => until && !until.test(answers[index]?.text ?? ""))
    .map((whose) => `${title}\n    ${whose} answer never held ${until}`);
}

/** What a tool misses; of Kafka's answer it says that the shape is wrong, not the worker. */
function unread(title: string, shape: Shape, answers: readonly HttpAnswer[]): readonly string[] {
  return ["Kafka's", "our"].flatMap((whose, index) =>
    unreadable(answers[index] as HttpAnswer, shape).map(
      (each) => `${title}\n    a tool cannot read ${whose} answer: ${each}`,
    ),
  );
}

function describe(title: string, { at, kafka, ours }: Difference): string {
  const text = (value: unknown): string => String(JSON.stringify(value)).slice(0, 600);
  return `${title}\n    ${at}\n      Kafka: ${text(kafka)}\n      ours:  ${text(ours)}`;
}
