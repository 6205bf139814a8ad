import { ConfigDef, Predicate, allOf, nonEmptyString } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { javaPattern } from "../java-regex.ts";
import { javaRegex } from "../regex-setting.ts";

export const PATTERN = "pattern";

export const configDef = new ConfigDef({
  [PATTERN]: {
    type: "STRING",
    importance: "MEDIUM",
    validator: allOf(nonEmptyString, javaRegex),
    documentation: "What the whole name of a topic has to match, as a Java regular expression.",
  },
});

/** True for records of topics whose whole name matches. Source: …transforms.predicates.TopicNameMatches. */
export class TopicNameMatches extends Predicate {
  override readonly version = "1.0.0";
  #pattern = javaPattern("");

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#pattern = javaPattern(configDef.parse(props)[PATTERN]);
  }
  test(record: ConnectRecord): boolean {
    return this.#pattern.matches(record.topic);
  }
}
