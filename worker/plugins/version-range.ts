import { ConfigError } from "#connect-api";

interface Bound {
  readonly version: string;
  readonly isInclusive: boolean;
}

interface Interval {
  readonly lower: Bound | undefined;
  readonly upper: Bound | undefined;
}

/**
 * A range of versions as Maven writes them: `[1.0,2.0)`, `(,1.0],[1.2,)`, or a version alone, which is that
 * version and no other.
 *
 * Source: org.apache.maven.artifact.versioning.VersionRange, PluginUtils.connectorVersionRequirement (KIP-891).
 */
export class VersionRange {
  readonly #intervals: readonly Interval[];

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
  }

  /** undefined for no text and for `latest`: any version. Throws ConfigError for what is no range. */
  static parse(text: string | null | undefined): VersionRange | undefined {
    if (text === null || text === undefined || text === "latest") return undefined;
    const trimmed = text.trim();
    if (!/^[[(]/.test(trimmed)) {
      const bound = { version: trimmed, isInclusive: true };
      return new VersionRange([{ lower: bound, upper: bound }]);
    }
    const intervals: Interval[] = [];
    let rest = trimmed;
    while (/^[[(]/.test(rest)) {
      const end = /[\])]/.exec(rest)?.index;
      if (end === undefined) throw invalid(`Unbounded range: ${trimmed}`);
      const interval = intervalOf(rest.slice(0, end + 1));
      const previous = intervals.at(-1);
      if (previous && overlaps(previous, interval)) throw invalid(`Ranges overlap: ${trimmed}`);
      intervals.push(interval);
      rest = rest.slice(end + 1).trim();
      if (rest.startsWith(",")) rest = rest.slice(1).trim();
    }
    if (rest !== "") {
      throw invalid(`Only fully-qualified sets allowed in multiple set scenario: ${trimmed}`);
    }
    return new VersionRange(intervals);
  }

  contains(version: string): boolean {
    return this.#intervals.some(({ lower, upper }) => {
      const low = lower ? compareVersions(version, lower.version) : 1;
      const high = upper ? compareVersions(version, upper.version) : -1;
      return (
        (low > 0 || (low === 0 && lower?.isInclusive === true)) &&
        (high < 0 || (high === 0 && upper?.isInclusive === true))
      );
    });
  }

  toString(): string {
    return this.#intervals
      .map(({ lower, upper }) => {
        const open = lower?.isInclusive ? "[" : "(";
        const close = upper?.isInclusive ? "]" : ")";
        return `${open}${lower?.version ?? ""},${upper?.version ?? ""}${close}`;
      })
      .join(",");
  }
}

function invalid(message: string): ConfigError {
  return new ConfigError("CONFIG_INVALID", message);
}

function intervalOf(text: string): Interval {
  const isLowerInclusive = text.startsWith("[");
  const isUpperInclusive = text.endsWith("]");
  const inner = text.slice(1, -1).trim();
  const comma = inner.indexOf(",");
  if (comma < 0) {
    if (!isLowerInclusive || !isUpperInclusive) {
      throw invalid(`Single version must be surrounded by []: ${text}`);
    }
    const bound = { version: inner, isInclusive: true };
    return { lower: bound, upper: bound };
  }
  const lower = inner.slice(0, comma).trim();
  const upper = inner.slice(comma + 1).trim();
  if (lower !== "" && upper !== "") {
    const order = compareVersions(upper, lower);
    const isEmpty = order === 0 && !(isLowerInclusive && isUpperInclusive);
    if (order < 0 || isEmpty) throw invalid(`Range defies version ordering: ${text}`);
  }
  return {
    lower: lower === "" ? undefined : { version: lower, isInclusive: isLowerInclusive },
    upper: upper === "" ? undefined : { version: upper, isInclusive: isUpperInclusive },
  };
}

function overlaps({ upper }: Interval, { lower }: Interval): boolean {
  return !upper || !lower || compareVersions(lower.version, upper.version) < 0;
}

const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const SHORT_QUALIFIERS: Readonly<Record<string, string>> = {
  a: "alpha",
  b: "beta",
  m: "milestone",
  cr: "rc",
  ga: "",
  final: "",
  release: "",
};

/**
 * Orders versions as Maven does: numbers by value, `1.0-rc1` before `1.0`, and missing parts count as zero.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = comparePart(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(version: string): readonly (number | string)[] {
  const parts = version.toLowerCase().match(/\d+|[^\d.\-_+]+/g) ?? [];
  return parts.map((part) => (/^\d/.test(part) ? Number(part) : (SHORT_QUALIFIERS[part] ?? part)));
}

/** A missing part is a zero beside a number and a release beside a qualifier. */
function comparePart(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return Math.sign(a - b);
  if (typeof a === "number") return b === "" ? Math.sign(a) : 1;
  if (typeof b === "number") return a === "" ? -Math.sign(b) : -1;
  return Math.sign(rank(a) - rank(b)) || (a < b ? -1 : a > b ? 1 : 0);
}

function rank(qualifier: string): number {
  const known = QUALIFIERS.indexOf(qualifier);
  return known < 0 ? QUALIFIERS.length : known;
}
