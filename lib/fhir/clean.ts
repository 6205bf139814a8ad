import { isExactNumber } from "#lib/exact-json";

/**
 * A copy without what FHIR forbids: empty text, empty arrays, empty objects and undefined members.
 *
 * Source: FHIR R4, "Resource Definitions": an element must have a value or children.
 */
export function clean<T>(value: T): T {
  return (cleaned(value) ?? {}) as T;
}

function cleaned(value: unknown): unknown {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "object" || isExactNumber(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(cleaned).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  const members = Object.entries(value)
    .map(([key, member]) => [key, cleaned(member)] as const)
    .filter(([, member]) => member !== undefined);
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
