import { SourceConnector } from "#connect-api";
import type { Props } from "#connect-api";
import { configDef } from "./config.ts";
import { MllpSourceTask } from "./task.ts";

/** Listens for HL7 v2 messages over MLLP and writes one record for each. */
export class MllpSourceConnector extends SourceConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return MllpSourceTask;
  }
  taskConfigs(_maxTasks: number): readonly Props[] {
    // A port has one listener, so there is one task however high tasks.max is.
    return [this.#props];
  }
  stop(): void {}
}
