/**
 * Patterns of java.util.regex, which settings such as `topics.regex` hold.
 */

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

const QUANTIFIER = /^\{\d+(,\d*)?\}/;

/** What a Java pattern is in this language; flags that stand at its start become flags. */
export interface TranslatedPattern {
  readonly source: string;
  readonly flags: string;
}

/**
 * Translates a pattern of java.util.regex, as far as the language knows it: flags at the start (`(?i)`), `\Q…\E`,
 * `\A`, `\z`, `\Z`, `\h` and the POSIX classes. Throws SyntaxError for possessive quantifiers, set operations, and a
 * brace that is no quantifier, which Java refuses too.
 */
export function translateJavaPattern(pattern: string): TranslatedPattern {
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
        // In Java the first bracket of a class is one of its members: `[]` has no end.
        const begin = body.startsWith("[^", index) ? "[^" : "[";
        if (body[index + begin.length] === "]") {
          source += `${begin}\\]`;
          index += begin.length;
          continue;
        }
      } else if (character === "]") isInSet = false;
      else if (isInSet && body.startsWith("&&", index)) {
        throw new SyntaxError("intersections of character classes are not supported");
      } else if (!isInSet && /[*+?}]/.test(character) && body[index + 1] === "+") {
        throw new SyntaxError("possessive quantifiers are not supported");
      } else if (!isInSet && character === "{" && !QUANTIFIER.test(body.slice(index))) {
        throw new SyntaxError("Illegal repetition");
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
