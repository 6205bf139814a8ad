import { dateOf, dayOfYear, weekOfMonth, weekOfYear } from "./calendar.ts";
import { ERAS, HALVES, MONTHS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS } from "./names.ts";
import type { PatternPart } from "./pattern.ts";

/** A point in time (milliseconds since 1970) by a pattern, in UTC. */
export function formatParts(parts: readonly PatternPart[], ms: number): string {
  const date = new Date(ms);
  let text = "";
  for (const part of parts) text += part.kind === "text" ? part.text : field(part, date);
  return text;
}

function field({ letter, count }: PatternPart & { kind: "field" }, date: Date): string {
  const padded = (number: number): string => String(number).padStart(count, "0");
  const hour = date.getUTCHours();
  const { year, month, day } = dateOf(date.getTime());
  switch (letter) {
    case "G":
      return ERAS[year > 0 ? 1 : 0] as string;
    case "y":
      return yearText(year > 0 ? year : 1 - year, count);
    case "Y":
      return yearText(weekOfYear(date.getTime()).year, count);
    case "M":
    case "L":
      if (count >= 4) return MONTHS[month] as string;
      return count === 3 ? (SHORT_MONTHS[month] as string) : padded(month + 1);
    case "w":
      return padded(weekOfYear(date.getTime()).week);
    case "W":
      return padded(weekOfMonth(date.getTime()));
    case "D":
      return padded(dayOfYear(date.getTime()));
    case "d":
      return padded(day);
    case "F":
      return padded(Math.floor((day - 1) / 7) + 1);
    case "E":
      return (count >= 4 ? WEEKDAYS : SHORT_WEEKDAYS)[date.getUTCDay()] as string;
    case "u":
      return padded(date.getUTCDay() || 7);
    case "a":
      return HALVES[hour < 12 ? 0 : 1] as string;
    case "H":
      return padded(hour);
    case "k":
      return padded(hour || 24);
    case "K":
      return padded(hour % 12);
    case "h":
      return padded(hour % 12 || 12);
    case "m":
      return padded(date.getUTCMinutes());
    case "s":
      return padded(date.getUTCSeconds());
    case "S":
      return padded(date.getUTCMilliseconds());
    case "z":
      return count >= 4 ? "Coordinated Universal Time" : "UTC";
    case "Z":
      return "+0000";
    default:
      return "Z";
  }
}

/** Two letters are the last two digits; any other count is the least number of digits. */
function yearText(year: number, count: number): string {
  if (count === 2) return String(year % 100).padStart(2, "0");
  return String(year).padStart(count, "0");
}
