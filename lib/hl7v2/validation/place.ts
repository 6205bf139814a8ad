import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";

/** Names segments of a message by their number: `PID` for the first, `OBX[3]` for others. */
export function placesOf(message: Message): (segment: Segment) => string {
  let numbers: Uint32Array | undefined;
  return ({ name, position }) => {
    // What is no segment name may hold a value.
    if (!isSegmentName(name)) return "a line that is no segment";
    numbers ??= numbersOf(message);
    const nth = numbers[position] ?? 1;
    return nth === 1 ? name : `${name}[${nth}]`;
  };
}

function numbersOf({ segments }: Message): Uint32Array {
  const seen = new Map<string, number>();
  const numbers = new Uint32Array(segments.length);
  for (const { name, position } of segments) {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    numbers[position] = nth;
  }
  return numbers;
}

/** A capital letter and two more, or digits. */
export function isSegmentName(name: string): boolean {
  if (name.length !== 3) return false;
  for (let at = 0; at < 3; at += 1) {
    const code = name.charCodeAt(at);
    const isLetter = code >= 0x41 && code <= 0x5a;
    if (!isLetter && (at === 0 || code < 0x30 || code > 0x39)) return false;
  }
  return true;
}

/** `PID-3[2].4`: the repetition when there are several, the component when it is named. */
export function placeIn(segment: string, field: number, repetition = 0, component = 0): string {
  const many = repetition > 0 ? `[${repetition}]` : "";
  return `${segment}-${field}${many}${component > 0 ? `.${component}` : ""}`;
}
