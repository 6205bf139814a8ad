import { ConfigDef, Transformation } from "#connect-api";

export const configDef = new ConfigDef({});

/** Drops every record; with a predicate, those that it names. Source: org.apache.kafka.connect.transforms.Filter. */
export class Filter extends Transformation {
  override readonly version = "1.0.0";

  config() {
    return configDef;
  }
  configure(): void {}
  apply(): null {
    return null;
  }
}
