import { ConfigError } from "#connect-api";
import type { MllpAnswer } from "#lib/mllp-client";
import { ANSWERS } from "./config.ts";

/** What an answer means for its message: it is delivered, try again, or never send it again. */
export type AnswerClass = "accept" | "retry" | "refuse";

const CODES = ["AA", "AE", "AR", "CA", "CE", "CR"] as const;
const DEFAULTS: Readonly<Record<string, AnswerClass>> = {
  AA: "accept",
  CA: "accept",
  AE: "retry",
  CE: "retry",
  AR: "refuse",
  CR: "refuse",
};
/**
 * Conditions of table 0357 that the content of the message causes: it will be no better the next time. 206 (record
 * locked) and 207 (application error) may pass.
 */
const CONTENT_CONDITIONS = new Set(
  [100, 101, 102, 103, 104, 198, 199, 200, 201, 202, 203, 204, 205].map(String),
);

/** Tells what answers mean: rules of the operator first, those with a condition before those without. */
export class AnswerClasses {
  readonly #rules = new Map<string, AnswerClass>();

  /** `AR=retry`, `AE:101=refuse`. Throws ConfigError for a rule that cannot be read. */
  constructor(rules: readonly string[]) {
    for (const rule of rules) {
      const match = /^([AC][AER])(?::(\d{1,5}))?=(accept|retry|refuse)$/.exec(rule);
      if (!match) throw unreadable(rule);
      const [, code, condition, answerClass] = match;
      const key = condition === undefined ? `${code}` : `${code}:${condition}`;
      this.#rules.set(key, answerClass as AnswerClass);
    }
  }

  /** undefined: MSA-1 holds no acknowledgment code. */
  of({ code, errorCodes }: Pick<MllpAnswer, "code" | "errorCodes">): AnswerClass | undefined {
    if (!(CODES as readonly string[]).includes(code)) return undefined;
    for (const condition of errorCodes) {
      const rule = this.#rules.get(`${code}:${condition}`);
      if (rule) return rule;
    }
    const rule = this.#rules.get(code);
    if (rule) return rule;
    const isOfContent = errorCodes.some((condition) => CONTENT_CONDITIONS.has(condition));
    if (DEFAULTS[code] === "retry" && isOfContent) return "refuse";
    return DEFAULTS[code];
  }
}

function unreadable(rule: string): ConfigError {
  const message = `Invalid value ${rule} for configuration ${ANSWERS}: write code=class or code:condition=class, with AE, AR, CE, CR (or AA, CA) and accept, retry or refuse`;
  return new ConfigError("CONFIG_INVALID", message, { key: ANSWERS });
}
