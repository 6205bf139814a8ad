import { ConfigError, fullMatch, invalidValue, parseValue, patternFault } from "#connect-api";
import type { Props } from "#connect-api";
import type { Admin, NewTopic } from "#broker";
import { withPrefix } from "../config/worker-config.ts";

const OWN_KEYS: ReadonlySet<string> = new Set([
  "include",
  "exclude",
  "partitions",
  "replication.factor",
]);

/** Kafka's texts about wrong ones. Source: org.apache.kafka.connect.runtime.TopicCreationConfig. */
const NUMBERS = {
  partitions: {
    type: "INT",
    why: "Number of partitions must be positive, or -1 to use the broker's default",
  },
  "replication.factor": {
    type: "SHORT",
    why: "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
  },
} as const;

interface Group {
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Makes topics as `topic.creation.*` says, before the first record goes there. Without such settings the
 * log's own auto-creation decides.
 *
 * Source: org.apache.kafka.connect.util.TopicCreation.
 */
export class TopicCreation {
  readonly #admin: Admin;
  readonly #groups: readonly Group[];
  readonly #known = new Set<string>();

  /** Throws ConfigError when the default group lacks one of its two required settings. */
  constructor(admin: Admin, props: Props, isEnabled: boolean) {
    this.#admin = admin;
    this.#groups = isEnabled ? groupsOf(withPrefix(props, "topic.creation.")) : [];
  }

  async ensure(topic: string): Promise<void> {
    if (this.#known.has(topic)) return;
    const group = this.#groups.find(
      ({ include, exclude }) =>
        include.some((pattern) => pattern.test(topic)) &&
        !exclude.some((pattern) => pattern.test(topic)),
    );
    if (group) await this.#admin.createTopics([newTopic(topic, group)]);
    this.#known.add(topic);
  }
}

/** Throws ConfigError for settings `topic.creation.*` that cannot be followed. */
export function checkTopicCreation(props: Props, isEnabled: boolean): void {
  if (isEnabled) groupsOf(withPrefix(props, "topic.creation."));
}

function newTopic(topic: string, { partitions, replicationFactor, config }: Group): NewTopic {
  return { topic, partitions, replicationFactor, config };
}

function groupsOf(props: Props): Group[] {
  const names = listOf(props["groups"]);
  if (Object.keys(props).length === 0) return [];
  const defaults = groupOf("default", props, undefined);
  return [...names.map((name) => groupOf(name, props, defaults)), defaults];
}

function groupOf(name: string, props: Props, defaults: Group | undefined): Group {
  const own = withPrefix(props, `${name}.`);
  const number = (key: keyof typeof NUMBERS, fallback: number | undefined): number => {
    const full = `topic.creation.${name}.${key}`;
    const text = own[key];
    const { type, why } = NUMBERS[key];
    const value = text === undefined ? fallback : Number(parseValue(full, type, text));
    if (value === undefined) {
      const message = `Missing required configuration "${full}" which has no default value.`;
      throw new ConfigError("CONFIG_MISSING", message, { key: full });
    }
    if (value !== -1 && value < 1) throw invalidValue(full, value, why);
    return value;
  };
  const patterns = (key: string): RegExp[] =>
    listOf(own[key]).map((pattern) => {
      try {
        return fullMatch(pattern);
      } catch (error) {
        const full = `topic.creation.${name}.${key}`;
        throw invalidValue(
          full,
          pattern,
          `Syntax error in regular expression: ${patternFault(error)}`,
        );
      }
    });
  const config = Object.entries(own).filter(([key]) => !OWN_KEYS.has(key));
  return {
    include: defaults ? patterns("include") : [/.*/],
    exclude: defaults ? patterns("exclude") : [],
    replicationFactor: number("replication.factor", defaults?.replicationFactor),
    partitions: number("partitions", defaults?.partitions),
    config: Object.fromEntries(config),
  };
}

function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
