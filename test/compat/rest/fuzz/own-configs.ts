import type { Random } from "../../../fuzz/random.ts";
import { put } from "../step.ts";
import type { Step } from "../step.ts";
import { ODD } from "./random-configs.ts";

/** A setting as `GET /connector-plugins/P/config` describes it. */
export interface KeyDefinition {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default_value: string | null;
}

export interface PluginDefinition {
  readonly class: string;
  readonly type: string;
  readonly keys: readonly KeyDefinition[];
}

const OF_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  BOOLEAN: ["true", "false", true],
  INT: ["1", 7, "2147483647", "-1"],
  SHORT: ["1", 3],
  LONG: ["1", "60000", "9223372036854775807"],
  DOUBLE: ["0.5", 2],
  LIST: ["a", "a,b", ""],
  PASSWORD: ["secret", "${env:HOME}"],
  CLASS: ["org.apache.kafka.connect.storage.StringConverter"],
  STRING: ["a", "http://127.0.0.1:1", "127.0.0.1", "none", "{}", "a.b"],
};

/**
 * The check of a random config of any connector of this worker, with a random transformation: values by the type of
 * each key, its default, or odd ones. Nothing is created.
 */
export function ownConfigStep(plugins: readonly PluginDefinition[], random: Random): Step {
  const connectors = plugins.filter(({ type }) => type === "source" || type === "sink");
  const connector = random.pick(connectors);
  const oddness = random.pick([0, 10, 40]);
  const config: Record<string, unknown> = { name: "own", "connector.class": connector.class };
  const fill = (keys: readonly KeyDefinition[], prefix: string): void => {
    for (const { name, type, required, default_value: preset } of keys) {
      const key = prefix + name;
      if (key in config || random.below(100) >= (required ? 95 : 30)) continue;
      const values = [...(OF_TYPE[type] ?? []), ...(preset === null ? [] : [preset])];
      config[key] = random.below(100) < oddness ? random.pick(ODD) : random.pick(values);
    }
  };
  fill(connector.keys, "");
  const transforms = plugins.filter(({ type }) => type === "transformation");
  const transformation = random.pick(transforms);
  if (random.below(2) === 0) {
    config["transforms"] = "t";
    config["transforms.t.type"] = transformation.class;
    fill(transformation.keys, "transforms.t.");
  }
  return put(`/connector-plugins/${encodeURIComponent(connector.class)}/config/validate`, config);
}
