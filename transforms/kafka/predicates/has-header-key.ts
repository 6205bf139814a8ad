import { ConfigDef, Predicate, nonEmptyString } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";

export const NAME = "name";

export const configDef = new ConfigDef({
  [NAME]: {
    type: "STRING",
    importance: "MEDIUM",
    validator: nonEmptyString,
    documentation: "Name of the header.",
  },
});

/** True for records with a header of that name. Source: …transforms.predicates.HasHeaderKey. */
export class HasHeaderKey extends Predicate {
  override readonly version = "1.0.0";
  #name = "";

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#name = configDef.parse(props)[NAME];
  }
  test(record: ConnectRecord): boolean {
    return record.headers.last(this.#name) !== undefined;
  }
}
