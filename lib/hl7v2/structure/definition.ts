/** One place of a message structure: a segment, a group of them, or a choice between some. */
export type Part = SegmentPart | GroupPart | ChoicePart;

interface Cardinality {
  readonly isRequired: boolean;
  readonly repeats: boolean;
}

export interface SegmentPart extends Cardinality {
  readonly kind: "segment";
  readonly name: string;
}

export interface GroupPart extends Cardinality {
  readonly kind: "group";
  readonly name: string;
  readonly parts: readonly Part[];
}

export interface ChoicePart extends Cardinality {
  readonly kind: "choice";
  readonly parts: readonly Part[];
}

/** Where a segment stands in a part: one index per level; empty for the part itself. */
export type Way = readonly number[];

/**
 * Reads the abstract message notation of the standard, on one line:
 *
 *   PID            a segment that has to be there     [PID]     one that may be
 *   {NTE}          one or more                        [{NTE}]   any number
 *   {ORDER: ORC [{NTE}]}   a group, its name first; (ORDER: …) is one that has to be there once
 *   <OBR|RXO>      one of these
 *
 * Throws an Error for text that is none of it: the notation is data of this project, never input.
 * Source: HL7 v2.9 chapter 2.12 "Chapter formats for defining HL7 messages".
 */
export function parseDefinition(name: string, text: string): GroupPart {
  const tokens = text.match(/[[\]{}()<>|]|[A-Za-z0-9_]+:?/g) ?? [];
  let at = 0;

  const parts = (): Part[] => {
    const read: Part[] = [];
    while (at < tokens.length && !"]})>|".includes(tokens[at] ?? "")) read.push(part());
    return read;
  };
  const close = (bracket: string): void => {
    if (tokens[at++] !== bracket) throw new Error(`${name}: ${bracket} expected at token ${at}`);
  };
  const inner = (): Part => {
    const token = tokens[at] ?? "";
    if (!token.endsWith(":")) return part();
    at += 1;
    return {
      kind: "group",
      name: token.slice(0, -1),
      isRequired: true,
      repeats: false,
      parts: parts(),
    };
  };
  const part = (): Part => {
    const token = tokens[at++] ?? "";
    switch (token) {
      case "[": {
        const optional = inner();
        close("]");
        return { ...optional, isRequired: false };
      }
      case "{": {
        const repeated = inner();
        close("}");
        return { ...repeated, repeats: true };
      }
      case "(": {
        const group = inner();
        close(")");
        return group;
      }
      case "<": {
        const alternatives = [part()];
        while (tokens[at] === "|") {
          at += 1;
          alternatives.push(part());
        }
        close(">");
        return { kind: "choice", isRequired: true, repeats: false, parts: alternatives };
      }
      default:
        if (!/^[A-Z][A-Z0-9]{2}$/.test(token)) throw new Error(`${name}: not a segment: ${token}`);
        return { kind: "segment", name: token, isRequired: true, repeats: false };
    }
  };

  const read = parts();
  if (at !== tokens.length) throw new Error(`${name}: text after the end`);
  return { kind: "group", name, isRequired: true, repeats: false, parts: read };
}

const NONE: Way = [];
type Ways = Map<string, Way | undefined>;
/** By part, then by what is avoided; strict and loose ways apart. */
const memos = {
  strict: new WeakMap<Part, Map<ReadonlySet<string>, Ways>>(),
  loose: new WeakMap<Part, Map<ReadonlySet<string>, Ways>>(),
};

/**
 * How a segment can begin a part. `strict`: without passing over anything that has to be there before it;
 * `loose`: wherever it stands first. Groups whose names are in `avoid`, one of a few constant sets, are not
 * entered. undefined when the part has no place for the segment.
 */
export function wayInto(
  part: Part,
  segment: string,
  rule: "strict" | "loose",
  avoid: ReadonlySet<string>,
): Way | undefined {
  if (part.kind === "segment") return part.name === segment ? NONE : undefined;
  if (part.kind === "group" && avoid.has(part.name)) return undefined;
  let byAvoid = memos[rule].get(part);
  if (!byAvoid) memos[rule].set(part, (byAvoid = new Map()));
  let ways = byAvoid.get(avoid);
  if (!ways) byAvoid.set(avoid, (ways = new Map()));
  if (ways.has(segment)) return ways.get(segment);
  const way = findWay(part, segment, rule, avoid);
  // Bounded by the segments that structures name: callers ask only for those.
  ways.set(segment, way);
  return way;
}

function findWay(
  part: GroupPart | ChoicePart,
  segment: string,
  rule: "strict" | "loose",
  avoid: ReadonlySet<string>,
): Way | undefined {
  for (const [index, child] of part.parts.entries()) {
    const way = wayInto(child, segment, rule, avoid);
    if (way) return [index, ...way];
    if (rule === "strict" && part.kind === "group" && child.isRequired) return undefined;
  }
  return undefined;
}
