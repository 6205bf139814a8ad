/** Weeks as Java counts them for the locale en_US: they begin on Sunday, and week 1 holds 1 January. */

const DAY_MS = 86_400_000;

/** Midnight UTC of a day; months and days beyond their range roll over. */
export function dayMs(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

export function dayOfYear(ms: number): number {
  const year = new Date(ms).getUTCFullYear();
  return Math.floor((ms - dayMs(year, 0, 1)) / DAY_MS) + 1;
}

/** Sunday of the week of a day. */
function sundayMs(ms: number): number {
  const midnight = Math.floor(ms / DAY_MS) * DAY_MS;
  return midnight - new Date(midnight).getUTCDay() * DAY_MS;
}

export function weekOfYear(ms: number): { readonly year: number; readonly week: number } {
  const year = new Date(ms).getUTCFullYear();
  const nextFirst = sundayMs(dayMs(year + 1, 0, 1));
  if (sundayMs(ms) >= nextFirst) return { year: year + 1, week: 1 };
  const first = sundayMs(dayMs(year, 0, 1));
  return { year, week: Math.round((sundayMs(ms) - first) / (7 * DAY_MS)) + 1 };
}

export function weekOfMonth(ms: number): number {
  const date = new Date(ms);
  const first = sundayMs(dayMs(date.getUTCFullYear(), date.getUTCMonth(), 1));
  return Math.round((sundayMs(ms) - first) / (7 * DAY_MS)) + 1;
}

/** Midnight of a weekday (0: Sunday) in a week of a year. */
export function weekdayInYearMs(year: number, week: number, weekday: number): number {
  return sundayMs(dayMs(year, 0, 1)) + ((week - 1) * 7 + weekday) * DAY_MS;
}

/** Midnight of a weekday (0: Sunday) in a week of a month. */
export function weekdayInMonthMs(
  year: number,
  month: number,
  week: number,
  weekday: number,
): number {
  return sundayMs(dayMs(year, month, 1)) + ((week - 1) * 7 + weekday) * DAY_MS;
}
