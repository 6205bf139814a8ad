/** English names, as Java has them for the locale en. */
export const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export const SHORT_MONTHS: readonly string[] = MONTHS.map((name) => name.slice(0, 3));
export const WEEKDAYS: readonly string[] = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
export const SHORT_WEEKDAYS: readonly string[] = WEEKDAYS.map((name) => name.slice(0, 3));
export const HALVES: readonly string[] = ["AM", "PM"];
export const ERAS: readonly string[] = ["BC", "AD"];

/** Minutes east of UTC of the names that stand in timestamps; longer names first. */
export const ZONES: readonly (readonly [name: string, minutes: number])[] = [
  ["Coordinated Universal Time", 0],
  ["Greenwich Mean Time", 0],
  ["Eastern Standard Time", -300],
  ["Eastern Daylight Time", -240],
  ["Central Standard Time", -360],
  ["Central Daylight Time", -300],
  ["Mountain Standard Time", -420],
  ["Mountain Daylight Time", -360],
  ["Pacific Standard Time", -480],
  ["Pacific Daylight Time", -420],
  ["Central European Summer Time", 120],
  ["Central European Standard Time", 60],
  ["CEST", 120],
  ["AKST", -540],
  ["AKDT", -480],
  ["UTC", 0],
  ["GMT", 0],
  ["EST", -300],
  ["EDT", -240],
  ["CST", -360],
  ["CDT", -300],
  ["MST", -420],
  ["MDT", -360],
  ["PST", -480],
  ["PDT", -420],
  ["HST", -600],
  ["CET", 60],
  ["EET", 120],
  ["WET", 0],
];
