/** The time so many minutes after a FHIR dateTime with a time of day, in the same zone; undefined for no number. */
export function minutesAfter(start: string, minutes: string): string | undefined {
  return /^\d{1,7}(\.\d+)?$/.test(minutes) ? moved(start, Number(minutes)) : undefined;
}

/** The time so many minutes before. */
export function minutesBefore(end: string, minutes: number): string | undefined {
  return moved(end, -minutes);
}

function moved(start: string, minutes: number): string | undefined {
  if (start.length < 16) return undefined;
  const zone = /(Z|[+-]\d{2}:\d{2})$/.exec(start)?.[1] ?? "Z";
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset =
    zone === "Z" ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const end = Date.parse(start) + minutes * 60_000;
  if (Number.isNaN(end)) return undefined;
  return new Date(end + offset * 60_000).toISOString().slice(0, 19) + zone;
}
