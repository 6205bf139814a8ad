import { ConfigError } from "#connect-api";
import { REPLIES, SENDER_REPLIES, UNAVAILABLE_REPLY } from "./config.ts";
import type { MllpConfig } from "./config.ts";
import type { NegativeCode } from "./ack-mode.ts";

/** What one sender gets for each kind of failure. */
export interface Replies {
  /** The log did not confirm in time. */
  readonly unavailable: NegativeCode | "close";
  /** The content is wrong; undefined: as the refusal says. */
  readonly invalid: NegativeCode | undefined;
  /** Type, version or form is not taken here; undefined: as the refusal says. */
  readonly unsupported: NegativeCode | undefined;
  /** A control id that is in use for another message. */
  readonly conflict: NegativeCode | "store";
}

type Situation = keyof Replies;

const CODES = new Set<string>(["AE", "AR", "CE", "CR"]);
const OTHER: Readonly<Partial<Record<Situation, string>>> = {
  unavailable: "close",
  conflict: "store",
};

interface SenderRule {
  readonly application: string;
  readonly facility: string;
  readonly replies: Partial<Replies>;
}

/** Who gets which reply: the setting of the first rule that fits a sender, then the defaults. */
export class ReplyTable {
  readonly #defaults: Replies;
  readonly #rules: readonly SenderRule[];
  readonly #known = new Map<string, Replies>();

  /** Throws ConfigError for a rule that cannot be read. */
  constructor(config: MllpConfig) {
    this.#defaults = {
      unavailable: config[UNAVAILABLE_REPLY] as Replies["unavailable"],
      invalid: undefined,
      unsupported: undefined,
      conflict: "store",
      ...Object.assign({}, ...config[REPLIES].map((text) => reply(REPLIES, text))),
    };
    this.#rules = config[SENDER_REPLIES].map(senderRule);
  }

  get defaults(): Replies {
    return this.#defaults;
  }

  /** MSH-3.1 and MSH-4.1. */
  of(application: string, facility: string): Replies {
    if (this.#rules.length === 0) return this.#defaults;
    const key = `${application}|${facility}`;
    const known = this.#known.get(key);
    if (known) return known;
    const rule = this.#rules.find(
      (each) => fits(each.application, application) && fits(each.facility, facility),
    );
    const replies = { ...this.#defaults, ...rule?.replies };
    // Names come from outside: the cache must not grow with what somebody makes up.
    if (this.#known.size < 1000) this.#known.set(key, replies);
    return replies;
  }
}

const fits = (pattern: string, name: string): boolean => pattern === "*" || pattern === name;

function senderRule(text: string): SenderRule {
  const [who = "", ...parts] = text.split(/\s+/);
  const [application = "", facility = "*"] = who.split("|");
  if (parts.length === 0 || application === "") throw unreadable(SENDER_REPLIES, text);
  const replies = parts.map((part) => reply(SENDER_REPLIES, part));
  return { application, facility, replies: Object.assign({}, ...replies) as Partial<Replies> };
}

function reply(key: string, text: string): Partial<Replies> {
  const [situation = "", code = ""] = text.split("=");
  const isSituation = ["unavailable", "invalid", "unsupported", "conflict"].includes(situation);
  if (!isSituation || !(CODES.has(code) || OTHER[situation as Situation] === code)) {
    throw unreadable(key, text);
  }
  return { [situation]: code };
}

function unreadable(key: string, text: string): ConfigError {
  const message = `Invalid value ${text} for configuration ${key}: write situation=reply with unavailable (close, AE, AR, CE, CR), invalid, unsupported (AE, AR, CE, CR) or conflict (store, AE, AR, CE, CR)`;
  return new ConfigError("CONFIG_INVALID", message, { key });
}
