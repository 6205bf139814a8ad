/**
 * A table that has its own codes and nothing else. A plain object also has `constructor` and its like, which a message
 * may name as well as any other code.
 */
export function codeTable<V>(codes: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  return Object.assign(Object.create(null) as Record<string, V>, codes);
}
