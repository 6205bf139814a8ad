export type JsonObject = Readonly<Record<string, unknown>>;

/** JSON of that text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a file that people write by hand, member by member, and collects what is wrong with it: all of it is told at
 * once, with its places. Each reader gives something of its type even where there is nothing, so that reading goes on.
 */
export class Problems {
  readonly #found: string[] = [];

  add(problem: string): void {
    this.#found.push(problem);
  }
  get all(): readonly string[] {
    return this.#found;
  }

  /** An object; with `keys`, one without any other member: a misspelt one would silently do nothing. */
  object(value: unknown, place: string, keys?: readonly string[]): JsonObject {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      this.add(`${place} is an object`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (keys && !keys.includes(key)) {
        this.add(`${place} has no "${key}"; it knows ${keys.join(", ")}`);
      }
    }
    return value as JsonObject;
  }

  list(value: unknown, place: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.add(`${place} is a list`);
    return [];
  }

  /** A list of strings. */
  strings(value: unknown, place: string): ReadonlySet<string> {
    const list = this.list(value, place);
    if (!list.every((one) => typeof one === "string")) this.add(`${place} is a list of strings`);
    return new Set(list.map(String));
  }

  /** A string that is not empty. */
  string(value: unknown, place: string): string {
    if (typeof value === "string" && value !== "") return value;
    this.add(`${place} is a string`);
    return "";
  }

  /** An object whose members are strings. */
  dictionary(value: unknown, place: string): ReadonlyMap<string, string> {
    const entries = Object.entries(this.object(value, place));
    for (const [key, one] of entries) {
      if (typeof one !== "string") this.add(`${place}.${key} is a string`);
    }
    return new Map(entries.map(([key, one]) => [key, String(one)]));
  }

  /** A whole number from 0 on. */
  count(value: unknown, place: string): number {
    if (Number.isInteger(value) && (value as number) >= 0) return value as number;
    this.add(`${place} is a whole number`);
    return 0;
  }

  boolean(value: unknown, place: string): boolean {
    if (typeof value !== "boolean") this.add(`${place} is true or false`);
    return value === true;
  }

  oneOf<T extends string>(value: unknown, choices: readonly T[], place: string): T {
    if (choices.includes(value as T)) return value as T;
    this.add(`${place} is one of ${choices.join(", ")}`);
    return choices[0] as T;
  }

  /** A regular expression. */
  pattern(
    value: unknown,
    place: string,
    wrap: (source: string) => string = (source) => source,
  ): RegExp {
    try {
      return new RegExp(wrap(this.string(value, place)), "u");
    } catch {
      this.add(`${place} is no regular expression`);
      return /$^/u;
    }
  }
}
