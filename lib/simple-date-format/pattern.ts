/** One part of a pattern: a letter of a field with its count, or text. */
export type PatternPart =
  | { readonly kind: "field"; readonly letter: string; readonly count: number }
  | { readonly kind: "text"; readonly text: string };

const LETTERS = "GyMwWDdFEuaHkKhmsSzZXYL";
/** Fields that are numbers, whatever their count. */
const NUMBERS = "yYwWDdFuHkKhmsS";

/** Throws RangeError for letters that are no field, and for a quote without end. */
export function parsePattern(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  let text = "";
  const endText = (): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
  };
  let index = 0;
  while (index < pattern.length) {
    const character = pattern[index] as string;
    if (character === "'") {
      const quoted = quotedText(pattern, index);
      text += quoted.text;
      index = quoted.end;
    } else if (/[A-Za-z]/.test(character)) {
      if (!LETTERS.includes(character)) {
        throw new RangeError(`Illegal pattern character '${character}'`);
      }
      let end = index + 1;
      while (pattern[end] === character) end += 1;
      if (character === "X" && end - index > 3) {
        throw new RangeError(`invalid ISO 8601 format: length=${end - index}`);
      }
      endText();
      parts.push({ kind: "field", letter: character, count: end - index });
      index = end;
    } else {
      text += character;
      index += 1;
    }
  }
  endText();
  return parts;
}

/** Text in quotes; two quotes are one quote, inside and outside of quotes. */
function quotedText(
  pattern: string,
  start: number,
): { readonly text: string; readonly end: number } {
  if (pattern[start + 1] === "'") return { text: "'", end: start + 2 };
  let text = "";
  for (let index = start + 1; index < pattern.length; index += 1) {
    if (pattern[index] !== "'") text += pattern[index];
    else if (pattern[index + 1] === "'") {
      text += "'";
      index += 1;
    } else return { text, end: index + 1 };
  }
  throw new RangeError("Unterminated quote");
}

export function isNumber(part: PatternPart | undefined): boolean {
  if (part?.kind !== "field") return false;
  if (part.letter === "M" || part.letter === "L") return part.count <= 2;
  return NUMBERS.includes(part.letter);
}
