import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import {
  ConfigDef,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SourceConnector,
  SourceRecord,
  SourceTask,
} from "#connect-api";
import type { PluginManifest, Props } from "#connect-api";

const configDef = new ConfigDef({
  topic: { type: "STRING", importance: "HIGH", documentation: "Where the numbers go." },
  "starts.file": {
    type: "STRING",
    default: "",
    importance: "LOW",
    documentation: "A file that gets a line for each start of a task.",
  },
  "batch.size": { type: "INT", default: 10, importance: "LOW", documentation: "Numbers a poll." },
  "pause.ms": { type: "INT", default: 20, importance: "LOW", documentation: "Between two polls." },
});

/** Writes 0, 1, 2, … for each task; a task goes on behind its stored offset. */
class SequenceSourceTask extends SourceTask {
  readonly version = "1";
  #config = configDef.parse({ topic: "unset" });
  #next = 0;

  async start(props: Props): Promise<void> {
    this.#config = configDef.parse(props);
    const stored = await this.context.offsetReader.offset({ task: this.context.taskId });
    this.#next = stored === null ? 0 : Number(stored["sequence"]) + 1;
    const file = this.#config["starts.file"];
    if (file !== "") appendFileSync(file, `${this.context.taskId} ${process.pid}\n`);
  }
  async poll(signal: AbortSignal): Promise<readonly SourceRecord[]> {
    await delay(this.#config["pause.ms"], undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return [];
    return Array.from({ length: this.#config["batch.size"] }, () => this.#record());
  }
  #record(): SourceRecord {
    const task = this.context.taskId;
    const sequence = this.#next;
    this.#next += 1;
    return new SourceRecord({
      topic: this.#config["topic"],
      sourcePartition: { task },
      sourceOffset: { sequence },
      keySchema: STRING_SCHEMA,
      key: String(task),
      valueSchema: INT64_SCHEMA,
      value: BigInt(sequence),
    });
  }
  stop(): void {}
}

class SequenceSourceConnector extends SourceConnector {
  readonly version = "1";
  #props: Props = {};
  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return SequenceSourceTask;
  }
  taskConfigs(max: number): readonly Props[] {
    return Array.from({ length: max }, () => this.#props);
  }
  override exactlyOnceSupport() {
    return "SUPPORTED" as const;
  }
  stop(): void {}
}

export default { connectors: { SequenceSourceConnector } } satisfies PluginManifest;
