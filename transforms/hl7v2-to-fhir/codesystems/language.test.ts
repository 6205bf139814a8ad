import assert from "node:assert/strict";
import { test } from "node:test";
import { languageTag } from "./language.ts";

test("codes of ISO 639, tags and English names become BCP 47", () => {
  const tags: Readonly<Record<string, string>> = {
    en: "en",
    EN: "en",
    eng: "en",
    ENG: "en",
    ger: "de",
    deu: "de",
    ara: "ar",
    "en-us": "en-US",
    en_US: "en-US",
    English: "en",
    "ENGLISH ": "en",
    spanish: "es",
  };
  for (const [text, tag] of Object.entries(tags)) assert.equal(languageTag(text), tag, text);
});

test("what is no language is none", () => {
  for (const text of ["", "E", "1", "1201", "333", "x", "??", "Klingonese"]) {
    assert.equal(languageTag(text), undefined, text);
  }
});
