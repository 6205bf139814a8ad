import { SinkConnector } from "#connect-api";
import type { Props } from "#connect-api";
import { configDef } from "./config.ts";
import { FileStreamSinkTask } from "./task.ts";

/** Appends each record's value to a file, one line each. Source: o.a.k.connect.file.FileStreamSinkConnector. */
export class FileStreamSinkConnector extends SinkConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return FileStreamSinkTask;
  }
  taskConfigs(maxTasks: number): readonly Props[] {
    return Array.from({ length: maxTasks }, () => this.#props);
  }
  stop(): void {}
}
