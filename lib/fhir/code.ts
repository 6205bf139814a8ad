/** A text as a FHIR code: no white space at the ends, single blanks inside. "" for what has nothing else. */
export function fhirCode(text: string): string {
  return /\s/.test(text) ? text.trim().replaceAll(/\s+/g, " ") : text;
}
