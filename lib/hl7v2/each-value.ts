import { decodeEscapes } from "./escape.ts";
import { NULL_TEXT } from "./field.ts";
import type { Message } from "./message.ts";
import type { Segment } from "./segment.ts";

/**
 * Told of one value: decoded, with its place in the segment, all numbers counted from 1. A null comes as `""` with
 * its two quotes and `isNull`.
 */
export type ValueVisitor = (
  value: string,
  segment: Segment,
  field: number,
  repetition: number,
  component: number,
  subcomponent: number,
  isNull: boolean,
) => void;

/**
 * Reads every value of a message that is not empty, in order, in one pass and without an object per part: for a
 * report over all of it. MSH-1 and MSH-2 are values, too.
 */
export function eachValue(message: Message, visit: ValueVisitor): void {
  for (const segment of message.segments) eachValueOf(segment, message.sourceText, visit);
}

function eachValueOf(segment: Segment, source: string, visit: ValueVisitor): void {
  const { delimiters, end, name } = segment;
  const separator = delimiters.field.charCodeAt(0);
  const componentCode = delimiters.component.charCodeAt(0);
  const repetitionCode = delimiters.repetition.charCodeAt(0);
  const escapeCode = delimiters.escape.charCodeAt(0);
  const subcomponentCode = delimiters.subcomponent.charCodeAt(0);
  let at = segment.start + name.length;
  if (at >= end || source.charCodeAt(at) !== separator) return;
  at += 1;
  let field = 1;
  if (name === "MSH" || name === "FHS" || name === "BHS") {
    visit(delimiters.field, segment, 1, 1, 1, 1, false);
    const encoding = segment.field(2).text;
    // In a second MSH anything may stand there.
    if (encoding !== "") visit(encoding, segment, 2, 1, 1, 1, encoding === NULL_TEXT);
    at += encoding.length + 1;
    field = 3;
  }
  let [repetition, component, subcomponent] = [1, 1, 1];
  let start = at;
  let hasEscape = false;
  for (; at <= end; at += 1) {
    const code = at < end ? source.charCodeAt(at) : separator;
    if (code === escapeCode) {
      hasEscape = true;
      continue;
    }
    const isSeparator = code === separator;
    if (
      !isSeparator &&
      code !== componentCode &&
      code !== repetitionCode &&
      code !== subcomponentCode
    ) {
      continue;
    }
    if (at > start) {
      const text = source.slice(start, at);
      visit(
        hasEscape ? decodeEscapes(text, delimiters) : text,
        segment,
        field,
        repetition,
        component,
        subcomponent,
        text === NULL_TEXT,
      );
    }
    start = at + 1;
    hasEscape = false;
    if (isSeparator) {
      field += 1;
      repetition = component = subcomponent = 1;
    } else if (code === componentCode) {
      component += 1;
      subcomponent = 1;
    } else if (code === repetitionCode) {
      repetition += 1;
      component = subcomponent = 1;
    } else subcomponent += 1;
  }
}
