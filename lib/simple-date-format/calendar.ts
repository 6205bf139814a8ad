/** Weeks as Java counts them for the locale en_US: they begin on Sunday, and week 1 holds 1 January. */

const DAY_MS = 86_400_000;

/** 1582-10-15, the first day of the Gregorian calendar; the day before was 1582-10-04 of the Julian one. */
const GREGORIAN_START_MS = -12_219_292_800_000;
const GREGORIAN_YEAR = 1582;

/** Midnight UTC of a day; months and days beyond their range roll over. NaN for a year that no Date reaches. */
export function dayMs(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  const ms = date.getTime();
  // The year decides, whatever the day rolls over to; in that year of change, the day does.
  const years = year + Math.floor(month / 12);
  const isGregorian = years === GREGORIAN_YEAR ? ms >= GREGORIAN_START_MS : years > GREGORIAN_YEAR;
  return isGregorian || Number.isNaN(ms) ? ms : julianDayMs(year, month, day);
}

/** The same in the Julian calendar, where each fourth year has a day more. */
function julianDayMs(year: number, month: number, day: number): number {
  const years = year + Math.floor(month / 12);
  // Within a year the months are those of a Gregorian year with as many days.
  const alike = ((years % 4) + 4) % 4 === 0 ? 2000 : 2001;
  const date = new Date(0);
  date.setUTCFullYear(alike, ((month % 12) + 12) % 12, day);
  const dayOfYear = Math.round((date.getTime() - Date.UTC(alike, 0, 1)) / DAY_MS);
  // 1 January of the year 1 of the Julian calendar is 719164 days before 1970.
  const days = (years - 1) * 365 + Math.floor((years - 1) / 4) + dayOfYear - 719_164;
  return days * DAY_MS;
}

/** Year, month (from 0) and day of the month of a point in time, in the calendar of its time. */
export function dateOf(ms: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const date = new Date(ms);
  let year = date.getUTCFullYear();
  if (ms >= GREGORIAN_START_MS) return { year, month: date.getUTCMonth(), day: date.getUTCDate() };
  const midnight = Math.floor(ms / DAY_MS) * DAY_MS;
  while (julianDayMs(year + 1, 0, 1) <= midnight) year += 1;
  while (julianDayMs(year, 0, 1) > midnight) year -= 1;
  let month = 0;
  while (julianDayMs(year, month + 1, 1) <= midnight) month += 1;
  return { year, month, day: Math.round((midnight - julianDayMs(year, month, 1)) / DAY_MS) + 1 };
}

export function dayOfYear(ms: number): number {
  const { year } = dateOf(ms);
  return Math.floor((ms - dayMs(year, 0, 1)) / DAY_MS) + 1;
}

/** Sunday of the week of a day. */
function sundayMs(ms: number): number {
  const midnight = Math.floor(ms / DAY_MS) * DAY_MS;
  return midnight - new Date(midnight).getUTCDay() * DAY_MS;
}

export function weekOfYear(ms: number): { readonly year: number; readonly week: number } {
  const { year } = dateOf(ms);
  const nextFirst = sundayMs(dayMs(year + 1, 0, 1));
  if (sundayMs(ms) >= nextFirst) return { year: year + 1, week: 1 };
  const first = sundayMs(dayMs(year, 0, 1));
  return { year, week: Math.round((sundayMs(ms) - first) / (7 * DAY_MS)) + 1 };
}

export function weekOfMonth(ms: number): number {
  const { year, month } = dateOf(ms);
  const first = sundayMs(dayMs(year, month, 1));
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
