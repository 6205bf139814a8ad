import assert from "node:assert/strict";
import { test } from "node:test";
import { VersionRange } from "./version-range.ts";

const VERSIONS = [
  ...["1", "1.0", "1.0.0", "1.0.1", "1.2", "1.10", "2.0-SNAPSHOT", "2.0-alpha", "2.0-rc1", "2.0"],
  ...["2.0.1-sp", "2.1.final", "10", "1.0-beta-2", "1.0-beta-10", "1.0.0.0.1"],
];

// What maven-artifact 3.9.6, which Kafka Connect 4.1 asks, says of these versions.
for (const [range, contained] of [
  [
    "[1.0,2.0)",
    [
      "1",
      "1.0",
      "1.0.0",
      "1.0.1",
      "1.2",
      "1.10",
      "2.0-SNAPSHOT",
      "2.0-alpha",
      "2.0-rc1",
      "1.0.0.0.1",
    ],
  ],
  [
    "(1.0,2.0]",
    ["1.0.1", "1.2", "1.10", "2.0-SNAPSHOT", "2.0-alpha", "2.0-rc1", "2.0", "1.0.0.0.1"],
  ],
  ["[1.0]", ["1", "1.0", "1.0.0"]],
  ["[1.0,1.0]", ["1", "1.0", "1.0.0"]],
  ["(,1.0]", ["1", "1.0", "1.0.0", "1.0-beta-2", "1.0-beta-10"]],
  [
    "(,1.0],[1.2,)",
    [
      ...["1", "1.0", "1.0.0", "1.2", "1.10", "2.0-SNAPSHOT", "2.0-alpha", "2.0-rc1", "2.0"],
      ...["2.0.1-sp", "2.1.final", "10", "1.0-beta-2", "1.0-beta-10"],
    ],
  ],
  ["[1.0-beta-2,1.0)", ["1.0-beta-2", "1.0-beta-10"]],
  ["[2.0-SNAPSHOT,2.0]", ["2.0-SNAPSHOT", "2.0"]],
  ["(,)", VERSIONS],
  ["[1.9,1.11)", ["1.10"]],
  ["(1,2),(3,4)", ["1.0.1", "1.2", "1.10", "2.0-SNAPSHOT", "2.0-alpha", "2.0-rc1", "1.0.0.0.1"]],
  ["[2.0-alpha,2.0-rc1)", ["2.0-alpha"]],
  ["[2.0,2.1]", ["2.0", "2.0.1-sp", "2.1.final"]],
] as const) {
  test(`${range} has the versions that Maven finds in it`, () => {
    const parsed = VersionRange.parse(range);

    assert.deepEqual(
      VERSIONS.filter((version) => parsed?.contains(version)),
      VERSIONS.filter((version) => contained.some((each) => each === version)),
    );
  });
}

test("a version alone is that version; no text and latest are any", () => {
  const exact = VersionRange.parse("1.0");

  assert.deepEqual(
    VERSIONS.filter((version) => exact?.contains(version)),
    ["1", "1.0", "1.0.0"],
  );
  for (const text of [undefined, null, "latest"]) assert.equal(VersionRange.parse(text), undefined);
});

for (const [text, message] of [
  ["[1.0", "Unbounded range: [1.0"],
  ["[2.0,1.0]", "Range defies version ordering: [2.0,1.0]"],
  ["(1.0,1.0]", "Range defies version ordering: (1.0,1.0]"],
  ["(1.0)", "Single version must be surrounded by []: (1.0)"],
  ["[1,3],[2,4]", "Ranges overlap: [1,3],[2,4]"],
  ["[1.0,2.0)x", "Only fully-qualified sets allowed in multiple set scenario: [1.0,2.0)x"],
] as const) {
  test(`${text} is no range`, () => {
    assert.throws(() => VersionRange.parse(text), { name: "ConfigError", message });
  });
}
