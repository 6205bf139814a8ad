import { isExactNumber } from "#lib/exact-json";
import { fhirCode } from "./code.ts";

/**
 * Takes from a resource what FHIR forbids: blank text, control characters, white space round a code, empty arrays, empty objects and undefined
 * members; and extensions that are left with nothing but their URL. Changes the resource in place, and returns it.
 *
 * Source: FHIR R4, "Resource Definitions" (an element must have a value or children), data type string, and
 * invariant ext-1.
 */
export function clean<T extends object>(resource: T): T {
  cleanObject(resource as Record<string, unknown>);
  return resource;
}

/** Whether anything is left. */
function cleanObject(object: Record<string, unknown>): boolean {
  let isFilled = false;
  for (const key in object) {
    const value = object[key];
    if (value !== undefined && value !== null && keep(value, object, key)) isFilled = true;
    else delete object[key];
  }
  return isFilled;
}

function keep(value: unknown, holder: Record<string, unknown>, key: string): boolean {
  if (typeof value === "string") {
    const text = CODES.has(key) ? fhirCode(allowedText(value)) : allowedText(value);
    if (text !== value) holder[key] = text;
    return isFilled(text);
  }
  if (typeof value !== "object" || value === null || isExactNumber(value)) return true;
  if (!Array.isArray(value)) return cleanObject(value as Record<string, unknown>);
  const kept = (value as unknown[]).filter((item, index) => keepItem(item, value, index, key));
  if (kept.length !== value.length) holder[key] = kept;
  return kept.length > 0;
}

function keepItem(item: unknown, list: unknown[], index: number, key: string): boolean {
  if (typeof item === "string") {
    list[index] = allowedText(item);
    return isFilled(list[index] as string);
  }
  if (typeof item !== "object") return item !== undefined;
  if (item === null) return false;
  if (isExactNumber(item)) return true;
  if (!cleanObject(item as Record<string, unknown>)) return false;
  return key !== "extension" || Object.keys(item).length > 1;
}

/** Elements whose type is code and whose text comes from outside; others have codes of FHIR's own. */
const CODES: ReadonlySet<string> = new Set(["code", "valueCode", "language", "contentType"]);

function isFilled(text: string): boolean {
  const first = text.charCodeAt(0);
  // Almost every text begins with something; beyond ASCII there are blanks, too.
  return (first > 0x20 && first < 0x80) || text.trim() !== "";
}

function allowedText(text: string): string {
  return CONTROL.test(text) ? text.replaceAll(CONTROLS, "") : text;
}

/** Below U+0020, all but tab, line feed and carriage return. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const CONTROLS = new RegExp(CONTROL, "g");
