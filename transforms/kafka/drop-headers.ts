import { ConfigDef, Transformation } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { names } from "./settings.ts";

export const HEADERS = "headers";

export const configDef = new ConfigDef({
  [HEADERS]: names("Names of the headers to take away."),
});

/** Takes headers away. Source: org.apache.kafka.connect.transforms.DropHeaders. */
export class DropHeaders extends Transformation {
  override readonly version = "1.0.0";
  #headers: readonly string[] = [];

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#headers = configDef.parse(props)[HEADERS];
  }
  apply<R extends ConnectRecord>(record: R): R {
    return record.with({ headers: record.headers.remove(...this.#headers) });
  }
}
