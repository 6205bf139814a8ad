import assert from "node:assert/strict";
import { test } from "node:test";
import { checkTopicCreation } from "./topic-creation.ts";

const of = (props: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(props).map(([key, value]) => [`topic.creation.${key}`, value]));
const right = { "default.partitions": "3", "default.replication.factor": "-1" };
const PARTITIONS = "Number of partitions must be positive, or -1 to use the broker's default";

for (const [props, message] of [
  [
    { groups: "g" },
    'Missing required configuration "topic.creation.default.replication.factor" which has no default value.',
  ],
  [
    { "default.replication.factor": "1" },
    'Missing required configuration "topic.creation.default.partitions" which has no default value.',
  ],
  [
    { ...right, "default.partitions": "many" },
    "Invalid value many for configuration topic.creation.default.partitions: Not a number of type INT",
  ],
  [
    { ...right, "default.partitions": "0" },
    `Invalid value 0 for configuration topic.creation.default.partitions: ${PARTITIONS}`,
  ],
  [
    { ...right, groups: "g", "g.partitions": "-2" },
    `Invalid value -2 for configuration topic.creation.g.partitions: ${PARTITIONS}`,
  ],
  [
    { ...right, groups: "g", "g.include": "a,[" },
    "Invalid value [ for configuration topic.creation.g.include: Syntax error in regular expression: Unterminated character class",
  ],
] as const) {
  test(`${JSON.stringify(props)} is refused`, () => {
    assert.throws(() => checkTopicCreation(of(props), true), { name: "ConfigError", message });
    // Where the worker makes no topics, nobody reads them.
    checkTopicCreation(of(props), false);
  });
}

test("right settings, and none, are taken", () => {
  checkTopicCreation({}, true);
  checkTopicCreation(
    of({ ...right, groups: "g, h", "g.include": "(?i)A.*", "h.partitions": "2" }),
    true,
  );
});
