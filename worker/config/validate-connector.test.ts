import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigDef, Predicate, SinkConnector, Transformation, between } from "#connect-api";
import type { ConfigInfos, RawConfig } from "../herder/herder.ts";
import { script, scriptedPlugins } from "../fixtures/herder-harness.ts";
import { testPlugins } from "../fixtures/task-harness.ts";
import { ALLOW_ALL, validateConnector } from "./validate-connector.ts";
import type { ValidatingWorker } from "./validate-connector.ts";

class Limit extends Transformation {
  config() {
    return new ConfigDef({
      size: {
        type: "INT",
        importance: "HIGH",
        documentation: "Most characters.",
        validator: between(1, 9),
        group: "Size",
        order: 4,
      },
    });
  }
  configure(): void {}
  apply<R>(record: R): R {
    return record;
  }
}
class Always extends Predicate {
  config() {
    return new ConfigDef({});
  }
  configure(): void {}
  test(): boolean {
    return true;
  }
}
class OwnKeys extends SinkConnector {
  readonly version = "1";
  start(): void {}
  stop(): void {}
  taskClass(): never {
    throw new Error("never run");
  }
  taskConfigs(): readonly never[] {
    return [];
  }
  config() {
    return new ConfigDef({
      "tasks.max": {
        type: "INT",
        default: 1,
        validator: between(1, 1),
        importance: "HIGH",
        group: "Ours",
        documentation: "One port, one task.",
      },
      secret: { type: "PASSWORD", importance: "HIGH", group: "Ours", documentation: "A secret." },
    });
  }
}
const plugins = testPlugins({
  connectors: { ...scriptedPlugins(script()).connectors, OwnKeys },
  transformations: { Limit },
  predicates: { Always },
});

const validate = (config: RawConfig): Promise<ConfigInfos> => {
  const full = { name: "c", "connector.class": "FakeSinkConnector", topics: "in", ...config };
  const worker: ValidatingWorker = {
    plugins,
    props: { "value.converter": "org.apache.kafka.connect.json.JsonConverter" },
    groupId: "connect-worker",
    isExactlyOnce: false,
    overridePolicy: ALLOW_ALL,
  };
  return validateConnector(worker, plugins.connector(full["connector.class"] ?? ""), full);
};

/** `key: error` for each error, in the order of the report. */
const errorsOf = ({ configs }: ConfigInfos): string[] =>
  configs.flatMap(({ value }) => (value?.errors ?? []).map((error) => `${value?.name}: ${error}`));

const NO_CLASS = (key: string): string =>
  `${key}: Invalid value X for configuration ${key}: Class X could not be found.`;

for (const { title, config, errors } of [
  { title: "a complete config has no error", config: {}, errors: [] },
  {
    title: "a number that is none has two errors, as in Kafka",
    config: { "tasks.max": "abc" },
    errors: [
      "tasks.max: Invalid value abc for configuration tasks.max: Not a number of type INT",
      "tasks.max: Invalid value null for configuration tasks.max: Value must be non-null",
    ],
  },
  {
    title: "a number out of range says so",
    config: { "tasks.max": "0" },
    errors: ["tasks.max: Invalid value 0 for configuration tasks.max: Value must be at least 1"],
  },
  {
    title: "topics and topics.regex exclude each other, on both keys",
    config: { "topics.regex": "i.*" },
    errors: [
      "topics: topics and topics.regex are mutually exclusive options, but both are set.",
      "topics.regex: topics and topics.regex are mutually exclusive options, but both are set.",
    ],
  },
  {
    title: "a sink reads something",
    config: { topics: "" },
    errors: [
      "topics: Must configure one of topics or topics.regex",
      "topics.regex: Must configure one of topics or topics.regex",
    ],
  },
  {
    title: "a sink does not read its own dead letters, by name",
    config: { topics: "in,dead", "errors.deadletterqueue.topic.name": "dead" },
    errors: [
      "topics: The DLQ topic 'dead' may not be included in the list of topics ('topics=[in, dead]') consumed by the connector",
    ],
  },
  {
    title: "a sink does not read its own dead letters, by pattern",
    config: { topics: "", "topics.regex": "d.*", "errors.deadletterqueue.topic.name": "dead" },
    errors: [
      "topics.regex: The DLQ topic 'dead' may not be matched by the regex for the topics ('topics.regex=d.*') consumed by the connector",
    ],
  },
  {
    title: "a pattern must match the whole name to count",
    config: { topics: "", "topics.regex": "d", "errors.deadletterqueue.topic.name": "dead" },
    errors: [],
  },
  {
    title: "tolerance is one of two words",
    config: { "errors.tolerance": "some" },
    errors: [
      "errors.tolerance: Invalid value some for configuration errors.tolerance: String must be one of: none, all",
    ],
  },
  {
    title: "a converter that does not exist is reported at its key",
    config: { "value.converter": "X" },
    errors: [NO_CLASS("value.converter")],
  },
  {
    title: "a converter's own settings are checked under its prefix, before everything else",
    config: { "value.converter": "JsonConverter", "value.converter.schemas.enable": "perhaps" },
    errors: [
      "value.converter.schemas.enable: Invalid value perhaps for configuration schemas.enable: Expected value to be either true or false",
    ],
  },
  {
    title: "a transformation that does not exist is reported at its type, its settings are not",
    config: { transforms: "t", "transforms.t.type": "X", "transforms.t.size": "100" },
    errors: [NO_CLASS("transforms.t.type")],
  },
  {
    title: "a predicate is no transformation",
    config: { transforms: "t", "transforms.t.type": "Always" },
    errors: [
      "transforms.t.type: Class class Always does not implement the Transformation interface",
    ],
  },
  {
    title: "a transformation's own settings are checked under its alias",
    config: { transforms: "t", "transforms.t.type": "Limit", "transforms.t.size": "10" },
    errors: [
      "transforms.t.size: Invalid value 10 for configuration size: Value must be no more than 9",
    ],
  },
  {
    title: "an alias without type is told so",
    config: { transforms: "t" },
    errors: [
      'transforms.t.type: Missing required configuration "transforms.t.type" which has no default value.',
    ],
  },
  {
    title: "there is nothing to negate without a predicate",
    config: {
      transforms: "t",
      "transforms.t.type": "Limit",
      "transforms.t.size": "1",
      "transforms.t.negate": "true",
    },
    errors: [
      "transforms.t.type: Config 'transforms.t.negate' was provided but there is no config 'transforms.t.predicate' defining a predicate to be negated.",
    ],
  },
  {
    title: "an alias is used once",
    config: { transforms: "t,t", "transforms.t.type": "Limit", "transforms.t.size": "1" },
    errors: [
      "transforms: Invalid value [t, t] for configuration transforms: Duplicate alias provided.",
    ],
  },
  {
    title: "null is no value",
    config: { "errors.log.enable": null },
    errors: ["errors.log.enable: Null value can not be supplied as the configuration value."],
  },
] satisfies readonly { title: string; config: RawConfig; errors: readonly string[] }[]) {
  test(title, async () => {
    const infos = await validate(config);

    assert.deepEqual(errorsOf(infos), errors);
    assert.equal(infos.error_count, errors.length);
  });
}

test("groups come in Kafka's order, with those of aliases and of the connector last", async () => {
  const { groups } = await validate({
    "connector.class": "OwnKeys",
    secret: "s",
    transforms: "t",
    "transforms.t.type": "Limit",
    "transforms.t.size": "1",
    predicates: "p",
    "predicates.p.type": "Always",
  });

  assert.deepEqual(groups, [
    "Common",
    "Transforms",
    "Predicates",
    "Error Handling",
    "Transforms: t",
    "Transforms: t: Size",
    "Predicates: p",
    "Ours",
  ]);
});

test("a connector's own definition replaces the framework's, and secrets stay hidden", async () => {
  const infos = await validate({
    "connector.class": "OwnKeys",
    secret: "hunter2",
    "tasks.max": "2",
  });

  assert.deepEqual(errorsOf(infos), [
    "tasks.max: Invalid value 2 for configuration tasks.max: Value must be no more than 1",
  ]);
  const shown = infos.configs.filter(({ value }) => value?.name === "tasks.max");
  assert.deepEqual(
    shown.map(({ definition }) => definition?.group),
    ["Ours"],
  );
  assert.doesNotMatch(JSON.stringify(infos), /hunter2/);
});

test("an alias's keys are described with prefix, group, and the plug-ins there are", async () => {
  const { configs } = await validate({
    transforms: "t",
    "transforms.t.type": "Limit",
    "transforms.t.size": "3",
  });
  const find = (name: string) => configs.find(({ value }) => value?.name === name);

  assert.deepEqual(find("transforms.t.size"), {
    definition: {
      name: "transforms.t.size",
      type: "INT",
      required: true,
      default_value: null,
      importance: "HIGH",
      documentation: "Most characters.",
      group: "Transforms: t: Size",
      order: 4,
      width: "NONE",
      display_name: "size",
      dependents: [],
    },
    value: {
      name: "transforms.t.size",
      value: "3",
      recommended_values: [],
      errors: [],
      visible: true,
    },
  });
  assert.deepEqual(find("transforms.t.type")?.value?.recommended_values, ["Limit"]);
});

test("a config without errors may have keys that nobody defined; they are not reported", async () => {
  const { configs, error_count } = await validate({ "some.thing": "1" });

  assert.equal(error_count, 0);
  assert.equal(
    configs.some(({ value }) => value?.name === "some.thing"),
    false,
  );
});
