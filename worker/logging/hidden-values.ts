/** Shorter ones are no secrets, and would make holes in every text. */
const LENGTH_MIN = 6;
const MAX = 10_000;
const values = new Set<string>();

/**
 * From now on errors do not show this value: config providers give passwords, and a connector's error may quote any
 * of its settings.
 */
export function hideValue(value: string): void {
  if (value.length < LENGTH_MIN) return;
  values.delete(value);
  values.add(value);
  // Secrets that change for years do not fill the memory.
  if (values.size > MAX) values.delete(values.values().next().value ?? "");
}

export function withoutHiddenValues(text: string): string {
  let shown = text;
  for (const value of values) {
    if (shown.includes(value)) shown = shown.replaceAll(value, "[hidden]");
  }
  return shown;
}
