import { DataError, SourceConnector } from "#connect-api";
import type { ExactlyOnceSupport, Props, SourceOffset, SourcePartition } from "#connect-api";
import { FILE, configDef } from "./config.ts";
import { FileStreamSourceTask } from "./task.ts";

/** Writes each line of a file to a topic. Source: o.a.k.connect.file.FileStreamSourceConnector. */
export class FileStreamSourceConnector extends SourceConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return FileStreamSourceTask;
  }
  taskConfigs(_maxTasks: number): readonly Props[] {
    // A file is read by one task, whatever tasks.max says.
    return [this.#props];
  }
  stop(): void {}

  override exactlyOnceSupport(props: Props): ExactlyOnceSupport {
    // Standard input cannot be read again.
    return props[FILE] === undefined ? "UNSUPPORTED" : "SUPPORTED";
  }

  override alterOffsets(
    props: Props,
    offsets: ReadonlyMap<SourcePartition, SourceOffset | null>,
  ): boolean {
    if (props[FILE] === undefined) {
      throw new DataError(
        "OFFSETS_NOT_SUPPORTED",
        "Offsets cannot be modified if the 'file' configuration is unspecified, because standard input has none",
      );
    }
    for (const [partition, offset] of offsets) {
      if (Object.keys(partition).join() !== "filename") {
        throw new DataError(
          "OFFSETS_INVALID",
          "Partition objects should contain exactly the key 'filename'",
        );
      }
      if (offset === null) continue;
      const position = offset["position"];
      const isValid = Number.isInteger(position) && Number(position) >= 0;
      if (Object.keys(offset).join() !== "position" || !isValid) {
        throw new DataError(
          "OFFSETS_INVALID",
          "Offset objects should contain exactly the key 'position', a non-negative integer",
        );
      }
    }
    return true;
  }
}
