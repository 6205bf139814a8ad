import { isExactNumber } from "#lib/exact-json";

/**
 * A copy without what FHIR forbids: blank text, control characters, empty arrays, empty objects and
 * undefined members.
 *
 * Source: FHIR R4, "Resource Definitions" (an element must have a value or children) and data type string.
 */
export function clean<T>(value: T): T {
  return (cleaned(value) ?? {}) as T;
}

function cleaned(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return cleanedText(value);
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

function cleanedText(text: string): string | undefined {
  const allowed = hasControl(text) ? [...text].filter((each) => !isControl(each)).join("") : text;
  return allowed.trim() === "" ? undefined : allowed;
}

/** Below U+0020, all but tab, line feed and carriage return. */
function isControl(character: string): boolean {
  return character < " " && character !== "\t" && character !== "\n" && character !== "\r";
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (isControl(text[at] as string)) return true;
  return false;
}
