import { ConfigError, fullMatch } from "#connect-api";
import { TOPIC2TABLE_MAP } from "./config.ts";

/** A table by its parts, each as Snowflake stores it (not quoted). */
export interface TableName {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
}

interface Mapping {
  readonly topic: string;
  readonly pattern: RegExp;
  readonly parts: readonly string[];
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_$]*$/;

/** `"` around it, so that any name is one. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const qualified = ({ database, schema, table }: TableName): string =>
  [database, schema, table].map(quoted).join(".");

/** An identifier as Snowflake reads it: upper case unless it is quoted. */
export function identifier(text: string): string {
  const inner = /^"(.*)"$/.exec(text)?.[1];
  return inner === undefined ? text.toUpperCase() : inner.replaceAll('""', '"');
}

/** Where each topic goes. Source: `snowflake.topic2table.map` and Java's Utils.tableName. */
export class TableNames {
  readonly #mappings: readonly Mapping[];
  readonly #database: string;
  readonly #schema: string;
  readonly #isSanitized: boolean;
  readonly #hasHash: boolean;

  /** `hasHash`: a name that had to be changed gets a hash of the topic, as Java's has, so that no two topics meet. */
  constructor(options: {
    readonly map: string;
    readonly database: string;
    readonly schema: string;
    readonly isSanitized: boolean;
    readonly hasHash: boolean;
  }) {
    this.#mappings = parseMap(options.map);
    this.#database = identifier(options.database);
    this.#schema = identifier(options.schema);
    this.#isSanitized = options.isSanitized;
    this.#hasHash = options.hasHash;
  }

  /** The table of a topic. */
  of(topic: string): TableName {
    const mapping = this.#mappings.find((each) => each.topic === topic || each.pattern.test(topic));
    if (!mapping) {
      return { database: this.#database, schema: this.#schema, table: this.#named(topic) };
    }
    const [table = "", schema = this.#schema, database = this.#database] = mapping.parts
      .map(identifier)
      .toReversed();
    return { database, schema, table };
  }

  #named(topic: string): string {
    if (!this.#isSanitized) return topic;
    if (IDENTIFIER.test(topic)) return topic.toUpperCase();
    const plain = topic.replaceAll(/[^A-Za-z0-9_$]/g, "_");
    const named = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
    return (this.#hasHash ? `${named}_${Math.abs(javaHash(topic))}` : named).toUpperCase();
  }
}

/**
 * Parses `topic:table,…`. Throws ConfigError for what is no pair, for a topic that stands twice, and for a pattern that
 * takes another entry's topic.
 */
function parseMap(text: string): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (const entry of splitOutsideQuotes(text, ",")) {
    const [topic = "", table = "", ...rest] = splitOutsideQuotes(entry, ":");
    const parts = splitOutsideQuotes(table, ".");
    const isTable =
      parts.length > 0 &&
      parts.length <= 3 &&
      parts.every((part) => IDENTIFIER.test(part) || /^"(?:[^"]|"")+"$/.test(part));
    if (topic === "" || rest.length > 0 || !isTable) {
      throw invalid(text, `"${entry}" is not a pair of topic and table`);
    }
    mappings.push({ topic, pattern: patternOf(topic, text), parts });
  }
  for (const [index, { topic, pattern }] of mappings.entries()) {
    const other = mappings.find(
      (each, at) => at !== index && (each.topic === topic || pattern.test(each.topic)),
    );
    if (other) throw invalid(text, `"${topic}" and "${other.topic}" overlap`);
  }
  return mappings;
}

function patternOf(topic: string, text: string): RegExp {
  try {
    return fullMatch(topic);
  } catch {
    throw invalid(text, `"${topic}" is not a regular expression`);
  }
}

function invalid(value: string, why: string): ConfigError {
  return new ConfigError(
    "CONFIG_INVALID",
    `Invalid value ${value} for configuration ${TOPIC2TABLE_MAP}: ${why}`,
    { key: TOPIC2TABLE_MAP },
  );
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = "";
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === separator && !isQuoted) {
      parts.push(part.trim());
      part = "";
    } else {
      part += character;
    }
  }
  if (part.trim() !== "") parts.push(part.trim());
  return parts;
}

/** Source: java.lang.String.hashCode. */
function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1)
    hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0;
  return hash;
}
