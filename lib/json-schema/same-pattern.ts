/** Whether two regular expressions are the same, whichever way they write a character below U+0100: `\u001f` or `\x1f`. */
export function samePattern(was: unknown, is: unknown): boolean {
  return (
    was === is || (typeof was === "string" && typeof is === "string" && plain(was) === plain(is))
  );
}

/** An escaped backslash stands for itself, and is passed over. */
const plain = (pattern: string): string =>
  pattern.replaceAll(
    /\\(?:u00([0-9a-fA-F]{2})|x([0-9a-fA-F]{2})|[^])/g,
    (all, long?: string, short?: string) => {
      const digits = long ?? short;
      return digits === undefined ? all : `\\x${digits.toLowerCase()}`;
    },
  );
