import assert from "node:assert/strict";
import { test } from "node:test";
import { placeText } from "./error-log.ts";
import type { FailedRecord } from "./failure.ts";

const consumed: FailedRecord = {
  topic: "in",
  partition: 1,
  offset: 42,
  timestamp: 1234,
  timestampType: "CREATE_TIME",
  key: new TextEncoder().encode("SECRET"),
  value: new TextEncoder().encode("SECRET"),
  headers: [],
};

const texts: readonly (readonly [what: string, record: FailedRecord, text: string])[] = [
  [
    "a consumed record is named as Kafka names it",
    consumed,
    ", where consumed record is {topic='in', partition=1, offset=42, timestamp=1234, timestampType=CreateTime}",
  ],
  [
    "one without timestamp has none",
    { ...consumed, timestamp: null },
    ", where consumed record is {topic='in', partition=1, offset=42}",
  ],
  [
    "of a source's record nothing but the topic is told",
    { ...consumed, partition: undefined, offset: undefined },
    ", where source record is = {topic='in'}",
  ],
];

for (const [what, record, text] of texts) {
  test(what, () => {
    assert.equal(placeText(record), text);
  });
}
