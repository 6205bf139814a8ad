import { nonEmptyList } from "#connect-api";
import type { ConfigKey } from "#connect-api";

/** Settings that several of the transformations have. */

export const REPLACE_NULL_WITH_DEFAULT = "replace.null.with.default";

export const replaceNullWithDefault = {
  type: "BOOLEAN",
  default: true,
  importance: "MEDIUM",
  documentation:
    "Read a field that is null as its default, where it has one. When false, null is kept.",
} as const satisfies ConfigKey;

/** A required list of names. */
export const names = <const T extends string>(documentation: T) =>
  ({
    type: "LIST",
    importance: "HIGH",
    validator: nonEmptyList,
    documentation,
  }) as const satisfies ConfigKey;

/** Java's String.split(":"): empty parts at the end do not count. */
export function splitAtColons(text: string): readonly string[] {
  const parts = text.split(":");
  while (parts.length > 1 && parts.at(-1) === "") parts.pop();
  return parts;
}
