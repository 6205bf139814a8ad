import { test } from "node:test";
import { bounce } from "./bounce.ts";

test("a clean and a hard bounce: with exactly-once delivery nothing is missing and nothing is there twice", (t) =>
  bounce(t, { clean: 1, hard: 1, isExactlyOnce: true, keepsAddress: true }));
