import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfigDef,
  Password,
  atLeast,
  between,
  configTable,
  nameWithoutControlCharacters,
  nonEmptyList,
  nonEmptyString,
  oneOf,
  oneOfIgnoringCase,
  regularExpression,
  uniqueAliases,
} from "./index.ts";
import type { ConfigKey, Validator } from "./index.ts";

const key = (type: ConfigKey["type"], more: Partial<ConfigKey> = {}): ConfigKey => ({
  type,
  importance: "HIGH",
  documentation: "What it does.",
  ...more,
});

/** Errors of one key `k`. */
function errors(definition: ConfigKey, value: string | null | undefined): readonly string[] {
  const props = value === undefined ? {} : { k: value };
  return new ConfigDef({ k: definition }).validate(props)[0]?.errors ?? [];
}

const withValidator = (type: ConfigKey["type"], validator: Validator): ConfigKey =>
  key(type, { validator });

const texts: readonly (readonly [
  definition: ConfigKey,
  value: string | null | undefined,
  errors: readonly string[],
])[] = [
  [key("INT"), "x", ["Invalid value x for configuration k: Not a number of type INT"]],
  [
    key("INT"),
    "2147483648",
    ["Invalid value 2147483648 for configuration k: Not a number of type INT"],
  ],
  [key("SHORT"), "-32768", []],
  [key("DOUBLE"), "1e3", []],
  [key("BOOLEAN"), "TRUE", []],
  [
    key("BOOLEAN"),
    "yes",
    ["Invalid value yes for configuration k: Expected value to be either true or false"],
  ],
  [key("STRING"), undefined, ['Missing required configuration "k" which has no default value.']],
  [key("STRING", { default: null }), undefined, []],
  [key("STRING"), null, []],
  [
    withValidator("INT", atLeast(1)),
    null,
    ["Invalid value null for configuration k: Value must be non-null"],
  ],
  [
    withValidator("INT", atLeast(1)),
    "abc",
    [
      "Invalid value abc for configuration k: Not a number of type INT",
      "Invalid value null for configuration k: Value must be non-null",
    ],
  ],
  [
    withValidator("INT", atLeast(1)),
    "0",
    ["Invalid value 0 for configuration k: Value must be at least 1"],
  ],
  [
    withValidator("INT", between(1, 9)),
    "10",
    ["Invalid value 10 for configuration k: Value must be no more than 9"],
  ],
  [
    withValidator("STRING", oneOf("none", "all")),
    "some",
    ["Invalid value some for configuration k: String must be one of: none, all"],
  ],
  [
    withValidator("STRING", oneOfIgnoringCase("requested", "required")),
    "maybe",
    [
      "Invalid value maybe for configuration k: String must be one of (case insensitive): REQUESTED, REQUIRED",
    ],
  ],
  [
    withValidator("STRING", nonEmptyString),
    " ",
    ["Invalid value  for configuration k: String must be non-empty"],
  ],
  [
    withValidator("STRING", nameWithoutControlCharacters),
    "",
    ["Invalid value  for configuration k: String may not be empty"],
  ],
  [
    withValidator("STRING", nameWithoutControlCharacters),
    "a\u0001b\u0002",
    [
      "Invalid value a\u0001b\u0002 for configuration k: String may not contain control sequences but had the following ASCII chars: 1, 2",
    ],
  ],
  [
    withValidator("LIST", uniqueAliases),
    "a, b, a",
    ["Invalid value [a, b, a] for configuration k: Duplicate alias provided."],
  ],
  [withValidator("LIST", nonEmptyList), "", ["Invalid value [] for configuration k: Empty list"]],
  [
    withValidator("STRING", regularExpression),
    "(",
    ["Invalid value ( for configuration k: Invalid regex: Unterminated group"],
  ],
];

for (const [definition, value, expected] of texts) {
  test(`${definition.type} "${value}": ${expected.join("; ") || "fine"}`, () => {
    assert.deepEqual(errors(definition, value), expected);
  });
}

test("parse gives typed values, with blanks trimmed, lists split and defaults applied", () => {
  const definition = new ConfigDef({
    count: key("INT", { default: 3 }),
    names: key("LIST"),
    isOn: key("BOOLEAN"),
    secret: key("PASSWORD"),
    optional: key("STRING", { default: null }),
  });

  const values = definition.parse({ names: " a , b ", isOn: "true", secret: "hush", extra: "x" });

  assert.equal(values.count, 3);
  assert.deepEqual(values.names, ["a", "b"]);
  assert.equal(values.isOn, true);
  assert.equal(values.optional, null);
  assert.ok((values.secret as unknown) instanceof Password);
});

test("parse throws the first problem, with its key", () => {
  const definition = new ConfigDef({ a: key("INT"), b: key("INT") });

  assert.throws(() => definition.parse({ a: "x", b: "y" }), { code: "CONFIG_INVALID", key: "a" });
});

test("a secret is hidden wherever it becomes text", () => {
  const secret = new Password("hush");

  assert.equal(`${secret} ${JSON.stringify({ secret })}`, '[hidden] {"secret":"[hidden]"}');
  assert.equal(secret.reveal(), "hush");
});

test("names of the language's own objects are no settings", () => {
  const definition = new ConfigDef({ constructor: key("STRING", { default: "d" }) });

  assert.equal(definition.parse({})["constructor"], "d");
});

test("the table lists what is most important first, and escapes what would break it", () => {
  const definition = new ConfigDef({
    low: key("INT", { importance: "LOW", default: 1 }),
    high: key("STRING", { documentation: "a|b" }),
  });

  assert.deepEqual(configTable(definition).split("\n").slice(2), [
    "| `high` | string | **required** |  | a\\|b |",
    "| `low` | int | `1` |  | What it does. |",
  ]);
});
