import assert from "node:assert/strict";
import { test } from "node:test";
import { isoDateTime, parseDateTime } from "./datetime.ts";

const times: readonly (readonly [hl7: string, iso: string | undefined])[] = [
  ["2026", "2026"],
  ["202602", "2026-02"],
  ["20260228", "2026-02-28"],
  ["2026022813", "2026-02-28T13:00"],
  ["202602281305", "2026-02-28T13:05"],
  ["20260228130509", "2026-02-28T13:05:09"],
  ["20260228130509.1200", "2026-02-28T13:05:09.1200"],
  ["20260228130509+0100", "2026-02-28T13:05:09+01:00"],
  ["202602281305-0330", "2026-02-28T13:05-03:30"],
  ["20260228130509+00", "2026-02-28T13:05:09+00:00"],
  ["20260228130509Z", "2026-02-28T13:05:09+00:00"],
  ["202602282400", "2026-03-01T00:00"],
  ["20240229", "2024-02-29"],
  ["20260229", undefined],
  ["20261301", undefined],
  ["202602282560", undefined],
  ["202602282401", undefined],
  ["20260228+2500", undefined],
  ["yesterday", undefined],
  ["", undefined],
];

for (const [hl7, iso] of times) {
  test(`"${hl7}" is ${iso ?? "no time"}`, () => {
    const parts = parseDateTime(hl7);

    assert.equal(parts && isoDateTime(parts), iso);
  });
}
