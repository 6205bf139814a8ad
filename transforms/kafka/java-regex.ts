import { DataError, translateJavaPattern } from "#connect-api";

/** A Java pattern, to be matched as a whole or to be replaced where it is found first. */
export interface JavaPattern {
  matches(text: string): boolean;
  /** The text with the first match replaced. Throws DataError for a group that does not exist. */
  replaceFirst(text: string, replacement: string): string;
}

/** Compiles a pattern of java.util.regex. Throws SyntaxError for what the language does not know. */
export function javaPattern(pattern: string): JavaPattern {
  const { source, flags } = translateJavaPattern(pattern);
  const whole = new RegExp(`^(?:${source})$`, flags.replace("m", ""));
  const first = new RegExp(source, flags);
  return {
    matches: (text) => whole.test(text),
    replaceFirst(text, replacement) {
      const match = first.exec(text);
      if (!match) return text;
      const end = match.index + match[0].length;
      return text.slice(0, match.index) + expand(replacement, match) + text.slice(end);
    },
  };
}

/** `$1` and `${name}` are groups, and a backslash takes the next character as it is. */
function expand(replacement: string, match: RegExpExecArray): string {
  let text = "";
  for (let index = 0; index < replacement.length; index += 1) {
    const character = replacement[index] as string;
    if (character === "\\") {
      index += 1;
      if (index >= replacement.length) throw illegal("character to be escaped is missing");
      text += replacement[index];
    } else if (character === "$") {
      const group = groupAt(replacement, index + 1, match);
      text += group.text;
      index = group.last;
    } else text += character;
  }
  return text;
}

function groupAt(
  replacement: string,
  start: number,
  match: RegExpExecArray,
): { readonly text: string; readonly last: number } {
  const named = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(replacement.slice(start));
  if (named) {
    const name = named[1] ?? "";
    if (!match.groups || !(name in match.groups)) throw illegal(`No group with name {${name}}`);
    return { text: match.groups[name] ?? "", last: start + named[0].length - 1 };
  }
  const digits = /^\d+/.exec(replacement.slice(start))?.[0];
  if (digits === undefined) {
    const isMissing = start >= replacement.length;
    throw illegal(`Illegal group reference${isMissing ? ": group index is missing" : ""}`);
  }
  // As many digits as still name a group.
  let length = 1;
  while (length < digits.length && Number(digits.slice(0, length + 1)) < match.length) length += 1;
  const number = Number(digits.slice(0, length));
  if (number >= match.length) throw illegal(`No group ${number}`);
  return { text: match[number] ?? "", last: start + length - 1 };
}

function illegal(message: string): DataError {
  return new DataError("REPLACEMENT_INVALID", message);
}
