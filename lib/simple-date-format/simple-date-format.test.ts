import assert from "node:assert/strict";
import { test } from "node:test";
import { SimpleDateFormat } from "./simple-date-format.ts";

// What Java 17 gives in UTC for the locale en_US; the differential suite over records asks Java itself.

/** 2017-01-03T06:30:01.864Z, a Tuesday */
const T = 1_483_425_001_864;

const formatted: readonly (readonly [pattern: string, text: string])[] = [
  ["yyyyMMdd", "20170103"],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2017-01-03T06:30:01.864Z"],
  ["EEE, d MMM yyyy hh:mm a Z", "Tue, 3 Jan 2017 06:30 AM +0000"],
  ["G YY w W D F u k K EEEE MMMM", "AD 17 1 1 3 1 2 6 6 Tuesday January"],
  ["yyyy MM dd HH mm ss SSS z", "2017 01 03 06 30 01 864 UTC"],
  ["yy y yyyyy", "17 2017 02017"],
  ["S SSSSSS", "864 000864"],
  ["zzzz X", "Coordinated Universal Time Z"],
  ["'it''s' ''yyyy''", "it's '2017'"],
  ["", ""],
];

for (const [pattern, text] of formatted) {
  test(`"${pattern}" gives "${text}"`, () => {
    assert.equal(new SimpleDateFormat(pattern).format(T), text);
  });
}

const parsed: readonly (readonly [pattern: string, text: string, iso: string | undefined])[] = [
  ["yyyyMMdd", "20170103", "2017-01-03T00:00:00.000Z"],
  ["yyyyMMddHHmmss", "20170103063001", "2017-01-03T06:30:01.000Z"],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2017-01-03T08:30:01.864+02:00", "2017-01-03T06:30:01.864Z"],
  ["EEE, d MMM yyyy hh:mm a Z", "tue, 3 JAN 2017 12:05 pm -0500", "2017-01-03T17:05:00.000Z"],
  ["yyyy MM dd HH mm ss SSS z", "1970 01 02 00 00 01 234 UTC", "1970-01-02T00:00:01.234Z"],
  ["yyyy-MM-dd", "2017-13-45", "2018-02-14T00:00:00.000Z"],
  ["yyyy-MM-dd", "2017-1-3 and more", "2017-01-03T00:00:00.000Z"],
  ["HH:mm z", "10:00 EST", "1970-01-01T15:00:00.000Z"],
  ["yyyy D", "2016 60", "2016-02-29T00:00:00.000Z"],
  ["yyyy-MM-dd", "1582-10-15", "1582-10-15T00:00:00.000Z"],
  // The days before are those of the Julian calendar.
  ["yyyy-MM-dd", "1582-10-04", "1582-10-14T00:00:00.000Z"],
  ["yyyy-MM-dd", "0001-01-01", "0000-12-30T00:00:00.000Z"],
  ["yyyy-MM-dd'T'HH:mmXX", "2017-01-03T06:30-05:30", undefined],
  ["yyyy-MM-dd", "nonsense", undefined],
  ["yyyy-MM-dd", "2017/01/03", undefined],
  ["yyyy-MM-dd HH", "2017-01-03", undefined],
];

for (const [pattern, text, iso] of parsed) {
  test(`"${text}" by "${pattern}" is ${iso ?? "no date"}`, () => {
    const ms = new SimpleDateFormat(pattern).parse(text);

    assert.equal(ms === undefined ? undefined : new Date(ms).toISOString(), iso);
  });
}

test("days before 1582 are written as they are read", () => {
  const format = new SimpleDateFormat("yyyy-MM-dd");
  for (const text of ["1582-10-15", "1582-10-04", "1500-02-29", "0001-01-01", "0400-12-31"]) {
    assert.equal(format.format(format.parse(text) ?? Number.NaN), text);
  }
});

for (const pattern of ["bbb", "yyyy 'open", "XXXX"]) {
  test(`"${pattern}" is no pattern`, () => {
    assert.throws(() => new SimpleDateFormat(pattern), RangeError);
  });
}
