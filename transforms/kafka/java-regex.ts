import { DataError } from "#connect-api";

/** Java's names for sets of ASCII characters. */
const POSIX: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\x00-\\x7F",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "!-\\/:-@\\[-`{-~",
  Graph: "!-~",
  Print: " -~",
  Blank: " \\t",
  Cntrl: "\\x00-\\x1F\\x7F",
  XDigit: "0-9a-fA-F",
  Space: " \\t\\n\\x0B\\f\\r",
};

/** A Java pattern, to be matched as a whole or to be replaced where it is found first. */
export interface JavaPattern {
  matches(text: string): boolean;
  /** The text with the first match replaced. Throws DataError for a group that does not exist. */
  replaceFirst(text: string, replacement: string): string;
}

/**
 * Compiles a pattern of java.util.regex, as far as the language knows it: flags at the start (`(?i)`), `\Q…\E`,
 * `\A`, `\z`, `\Z`, `\h` and the POSIX classes are translated; possessive quantifiers and set operations
 * are refused. Throws SyntaxError.
 */
export function javaPattern(pattern: string): JavaPattern {
  const { source, flags } = translate(pattern);
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

function translate(pattern: string): { readonly source: string; readonly flags: string } {
  const leading = /^\(\?([imsu]+)\)/.exec(pattern);
  const flags = [...new Set(leading?.[1] ?? "")].filter((flag) => flag !== "u").join("");
  const body = pattern.slice(leading?.[0].length ?? 0);
  let source = "";
  let isInSet = false;
  for (let index = 0; index < body.length; index += 1) {
    const character = body[index] as string;
    if (character === "\\") {
      const escape = translateEscape(body, index, isInSet);
      source += escape.source;
      index = escape.last;
    } else {
      if (character === "[") {
        if (isInSet) throw new SyntaxError("unions of character classes are not supported");
        isInSet = true;
      } else if (character === "]") isInSet = false;
      else if (isInSet && body.startsWith("&&", index)) {
        throw new SyntaxError("intersections of character classes are not supported");
      } else if (!isInSet && /[*+?}]/.test(character) && body[index + 1] === "+") {
        throw new SyntaxError("possessive quantifiers are not supported");
      }
      source += character;
    }
  }
  return { source, flags };
}

function translateEscape(
  body: string,
  index: number,
  isInSet: boolean,
): { readonly source: string; readonly last: number } {
  const next = body[index + 1] ?? "";
  if (next === "") throw new SyntaxError("the pattern ends in a backslash");
  if (next === "Q") {
    const end = body.indexOf("\\E", index + 2);
    const text = body.slice(index + 2, end < 0 ? body.length : end);
    return {
      source: text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"),
      last: end < 0 ? body.length - 1 : end + 1,
    };
  }
  const posix = /^p\{(?:Is)?(\w+)\}/i.exec(body.slice(index + 1));
  if (posix) {
    const set = POSIX[posix[1] ?? ""];
    if (set === undefined) throw new SyntaxError(`unknown character class ${posix[0]}`);
    if (isInSet && next === "P")
      throw new SyntaxError("negated classes in a set are not supported");
    const source = isInSet ? set : `[${next === "P" ? "^" : ""}${set}]`;
    return { source, last: index + posix[0].length };
  }
  const simple: Readonly<Record<string, string>> = {
    A: "^",
    z: "$",
    Z: "(?=\\n?$)",
    h: isInSet ? " \\t\\xA0" : "[ \\t\\xA0]",
  };
  return { source: simple[next] ?? `\\${next}`, last: index + 1 };
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
