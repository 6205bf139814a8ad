import { ConfigError, fullMatch } from "#connect-api";
import type { Props } from "#connect-api";
import type { Admin, NewTopic } from "#broker";
import { withPrefix } from "../config/worker-config.ts";

const OWN_KEYS: ReadonlySet<string> = new Set([
  "include",
  "exclude",
  "partitions",
  "replication.factor",
]);

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
  const number = (key: string, fallback: number | undefined): number => {
    const value = own[key] === undefined ? fallback : Number(own[key]);
    const isValid = Number.isInteger(value) && (value === -1 || Number(value) >= 1);
    if (value !== undefined && isValid) return value;
    const full = `topic.creation.${name}.${key}`;
    const message = `Configuration ${full} must be -1 or at least 1`;
    throw new ConfigError("CONFIG_INVALID", message, { key: full });
  };
  const config = Object.entries(own).filter(([key]) => !OWN_KEYS.has(key));
  return {
    include: defaults ? listOf(own["include"]).map(fullMatch) : [/.*/],
    exclude: defaults ? listOf(own["exclude"]).map(fullMatch) : [],
    partitions: number("partitions", defaults?.partitions),
    replicationFactor: number("replication.factor", defaults?.replicationFactor),
    config: Object.fromEntries(config),
  };
}

function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
