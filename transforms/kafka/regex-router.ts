import { ConfigDef, Transformation } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { javaPattern } from "./java-regex.ts";
import { javaRegex } from "./regex-setting.ts";

export const REGEX = "regex";
export const REPLACEMENT = "replacement";

export const configDef = new ConfigDef({
  [REGEX]: {
    type: "STRING",
    importance: "HIGH",
    validator: javaRegex,
    documentation: "What the whole name of a topic has to match, as a Java regular expression.",
  },
  [REPLACEMENT]: {
    type: "STRING",
    importance: "HIGH",
    documentation: "What stands instead; `$1` and `${name}` are groups of the expression.",
  },
});

/** Changes names of topics by a regular expression. Source: org.apache.kafka.connect.transforms.RegexRouter. */
export class RegexRouter extends Transformation {
  override readonly version = "1.0.0";
  #pattern = javaPattern("");
  #replacement = "";

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#pattern = javaPattern(config[REGEX]);
    this.#replacement = config[REPLACEMENT];
  }
  apply<R extends ConnectRecord>(record: R): R {
    const { topic } = record;
    if (!this.#pattern.matches(topic)) return record;
    return record.with({ topic: this.#pattern.replaceFirst(topic, this.#replacement) });
  }
}
