import type { JsonSchemaReason } from "./reason.ts";
import { samePattern } from "./same-pattern.ts";
import type { SchemaObject } from "./schema-document.ts";

/** Bounds that may go down, or away. */
const LOWER = [
  "minLength",
  "minimum",
  "exclusiveMinimum",
  "minItems",
  "minProperties",
  "minContains",
];
/** Bounds that may go up, or away. */
const UPPER = [
  "maxLength",
  "maximum",
  "exclusiveMaximum",
  "maxItems",
  "maxProperties",
  "maxContains",
];

/** Rules on single keywords. */
export function keywordReasons(
  original: SchemaObject,
  update: SchemaObject,
  path: string,
): readonly JsonSchemaReason[] {
  const reasons: JsonSchemaReason[] = [];
  const add = (keyword: string, what: string): void =>
    void reasons.push({ path: `${path}/${keyword}`, message: `${keyword} was ${what}` });
  for (const [keywords, isTighter] of [
    [LOWER, (was: number, is: number) => is > was],
    [UPPER, (was: number, is: number) => is < was],
  ] as const) {
    for (const keyword of keywords) {
      const [was, is] = [original[keyword], update[keyword]];
      if (is === undefined || typeof is === "boolean") continue;
      if (was === undefined) {
        // A bound of nothing is no bound.
        if (!(is === 0 && /^min(Length|Items|Properties)$/.test(keyword))) add(keyword, "added");
      } else if (isTighter(Number(was), Number(is))) add(keyword, "made tighter");
    }
  }
  if (update["pattern"] !== undefined && !samePattern(original["pattern"], update["pattern"])) {
    add("pattern", original["pattern"] === undefined ? "added" : "changed");
  }
  const [wasMultiple, isMultiple] = [original["multipleOf"], update["multipleOf"]];
  if (typeof isMultiple === "number" && isMultiple !== wasMultiple) {
    if (typeof wasMultiple !== "number") add("multipleOf", "added");
    else if (wasMultiple % isMultiple !== 0) add("multipleOf", "changed");
  }
  if (update["uniqueItems"] === true && original["uniqueItems"] !== true)
    add("uniqueItems", "added");
  return reasons;
}
