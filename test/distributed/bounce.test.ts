import { test } from "node:test";
import { bounce } from "./bounce.ts";

const long = { timeout: 900_000 };

test(
  "12 clean and 12 hard bounces: with exactly-once delivery nothing is missing and nothing is there twice",
  long,
  (t) => bounce(t, { clean: 12, hard: 12, isExactlyOnce: true, keepsAddress: false }),
);

test("12 clean and 12 hard bounces: at least once, nothing is missing", long, (t) =>
  bounce(t, { clean: 12, hard: 12, isExactlyOnce: false, keepsAddress: true }),
);
