import type { Message } from "../message.ts";
import type { Segment } from "../segment.ts";

/** Names segments of a message by their number: `PID` for the first, `OBX[3]` for others. */
export function placesOf(message: Message): (segment: Segment) => string {
  let names: string[] | undefined;
  return (segment) => {
    names ??= namesOf(message);
    return names[segment.position] ?? segment.name;
  };
}

function namesOf(message: Message): string[] {
  const seen = new Map<string, number>();
  return message.segments.map(({ name }) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    // What is no segment name may hold a value.
    if (!/^[A-Z][A-Z0-9]{2}$/.test(name)) return "a line that is no segment";
    return nth === 1 ? name : `${name}[${nth}]`;
  });
}

/** `PID-3[2].4`: the repetition when there are several, the component when it is named. */
export function placeIn(segment: string, field: number, repetition = 0, component = 0): string {
  const many = repetition > 0 ? `[${repetition}]` : "";
  return `${segment}-${field}${many}${component > 0 ? `.${component}` : ""}`;
}
