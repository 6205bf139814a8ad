import { ConfigError } from "#connect-api";
import type { MessageHeader } from "#lib/hl7v2";
import { TOPIC_ALLOWED, TOPIC_FALLBACK, TOPIC_PREFIX, TOPIC_TEMPLATE } from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { refusals } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

const FIELDS: Readonly<Record<string, (header: MessageHeader) => string>> = {
  "MSH-3": (header) => header.sendingApplication,
  "MSH-4": (header) => header.sendingFacility,
  "MSH-5": (header) => header.receivingApplication,
  "MSH-6": (header) => header.receivingFacility,
  "MSH-9.1": (header) => header.messageCode,
  "MSH-9.2": (header) => header.triggerEvent,
  "MSH-9.3": (header) => header.messageStructure,
  "MSH-11": (header) => header.processingId,
  "MSH-12": (header) => header.version.replaceAll(".", "-"),
};

/** Ends of topic names that stand for something else than a type of message. */
const RESERVED: ReadonlySet<string> = new Set(["quarantine", "dlq", "audit"]);
/** Kafka's limit for a name. */
const NAME_LENGTH_MAX = 249;
/** How many routes are remembered: names come from outside, so the number is bounded. */
const KNOWN_MAX = 1000;

/** The topic of each message, from its header. */
export class TopicRoute {
  readonly #prefix: string;
  readonly #parts: readonly (string | ((header: MessageHeader) => string))[];
  readonly #allowed: readonly string[];
  readonly #fallback: string;
  readonly #known = new Map<string, string | Refusal>();

  /** Throws ConfigError for a template that names an unknown field. */
  constructor(config: MllpConfig) {
    this.#prefix = config[TOPIC_PREFIX];
    this.#allowed = config[TOPIC_ALLOWED];
    this.#fallback = config[TOPIC_FALLBACK];
    this.#parts = partsOf(config[TOPIC_TEMPLATE]);
  }

  /** The topic's name, or why there is none. */
  of(header: MessageHeader): string | Refusal {
    const values: string[] = [];
    for (const part of this.#parts) values.push(typeof part === "string" ? part : part(header));
    const key = values.join("\u0000");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#make(values);
    const route = typeof made === "string" || this.#fallback === "" ? made : this.#fallback;
    if (this.#known.size < KNOWN_MAX) this.#known.set(key, route);
    return route;
  }

  #make(values: readonly string[]): string | Refusal {
    for (const [index, value] of values.entries()) {
      // The value becomes part of a topic's name: nothing in it may lead to a topic of another kind.
      const isPlain = typeof this.#parts[index] === "string" || /^[A-Za-z0-9_-]{1,60}$/.test(value);
      if (!isPlain) return refusals.messageType;
    }
    const rest = values.join("").toLowerCase();
    // What a sender calls its messages must not put them among those that were refused.
    if (RESERVED.has(rest)) return refusals.messageType;
    if (this.#allowed.length > 0 && !this.#allowed.some((pattern) => fits(pattern, rest))) {
      return refusals.topic;
    }
    const name = this.#prefix + rest;
    return name.length > NAME_LENGTH_MAX ? refusals.messageType : name;
  }
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function partsOf(template: string): (string | ((header: MessageHeader) => string))[] {
  return template
    .split(/(\{[^}]*\})/)
    .filter((part) => part !== "")
    .map((part) => {
      if (!part.startsWith("{")) {
        if (/^[A-Za-z0-9._-]+$/.test(part)) return part;
        throw badTemplate(template);
      }
      const field = Object.hasOwn(FIELDS, part.slice(1, -1))
        ? FIELDS[part.slice(1, -1)]
        : undefined;
      if (!field) throw badTemplate(template);
      return field;
    });
}

function badTemplate(template: string): ConfigError {
  const known = Object.keys(FIELDS).map((field) => `{${field}}`);
  const message = `Invalid value ${template} for configuration ${TOPIC_TEMPLATE}: it may hold letters, digits, ".", "_", "-" and ${known.join(", ")}`;
  return new ConfigError("CONFIG_INVALID", message, { key: TOPIC_TEMPLATE });
}
