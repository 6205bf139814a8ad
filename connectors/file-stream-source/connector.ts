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
      if (offset === null) continue;
      if (!("position" in offset)) {
        throw invalid("Offset objects should either be null or contain the key 'position'");
      }
      const { position } = offset;
      if (typeof position !== "number" || !Number.isInteger(position)) {
        throw invalid(
          "The value for the 'position' key in the offset is expected to be a Long value",
        );
      }
      if (position < 0) {
        throw invalid(
          "The value for the 'position' key in the offset should be a non-negative value",
        );
      }
      // A null is a partition that was left out of the request.
      if ((partition as SourcePartition | null) === null) {
        throw invalid("Partition objects cannot be null");
      }
      if (!("filename" in partition)) {
        throw invalid("Partition objects should contain the key 'filename'");
      }
    }
    return true;
  }
}

function invalid(message: string): DataError {
  return new DataError("OFFSETS_INVALID", message);
}
