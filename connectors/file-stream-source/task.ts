import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { STRING_SCHEMA, SourceRecord, SourceTask } from "#connect-api";
import type { Props } from "#connect-api";
import { BATCH_SIZE, FILE, TOPIC, configDef } from "./config.ts";

const LINE_FEED = 0x0a;
const READ_BYTES = 64 * 1024;
/** How often a file that has ended is looked at again. */
const LOOK_AGAIN_MS = 200;

/**
 * Reads whole lines; a line without its end is left until the end comes. The offset of a record is the
 * position after its line, in bytes.
 */
export class FileStreamSourceTask extends SourceTask {
  readonly version = "1.0.0";
  #config = configDef.parse({ topic: "unset" });
  #file: FileHandle | undefined;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  async start(props: Props): Promise<void> {
    this.#config = configDef.parse(props);
    const filename = this.#config[FILE];
    if (filename === null) return;
    const stored = await this.context.offsetReader.offset({ filename });
    this.#position = Number(stored?.["position"] ?? 0);
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[]> {
    const chunk = await this.#read();
    if (chunk.length === 0) {
      await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      if (this.#rest.indexOf(LINE_FEED) < 0) return [];
    }
    this.#rest = Buffer.concat([this.#rest, chunk]);
    return this.#lines();
  }

  /** The next bytes after those that wait for their line end; none when the file has ended or is not there yet. */
  async #read(): Promise<Buffer> {
    const filename = this.#config[FILE];
    if (this.#rest.indexOf(LINE_FEED) >= 0) return Buffer.alloc(0);
    if (filename === null) return (process.stdin.read() as Buffer | null) ?? Buffer.alloc(0);
    try {
      this.#file ??= await open(filename, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
      throw error;
    }
    const from = this.#position + this.#rest.length;
    const { bytesRead, buffer } = await this.#file.read(
      Buffer.alloc(READ_BYTES),
      0,
      READ_BYTES,
      from,
    );
    return buffer.subarray(0, bytesRead);
  }

  #lines(): SourceRecord[] {
    const filename = this.#config[FILE];
    const records: SourceRecord[] = [];
    let start = 0;
    while (records.length < this.#config[BATCH_SIZE]) {
      const end = this.#rest.indexOf(LINE_FEED, start);
      if (end < 0) break;
      const line = this.#rest.toString("utf8", start, end).replace(/\r$/, "");
      this.#position += end + 1 - start;
      start = end + 1;
      records.push(
        new SourceRecord({
          sourcePartition: filename === null ? null : { filename },
          sourceOffset: filename === null ? null : { position: this.#position },
          topic: this.#config[TOPIC],
          valueSchema: STRING_SCHEMA,
          value: line,
          timestamp: Date.now(),
        }),
      );
    }
    this.#rest = this.#rest.subarray(start);
    return records;
  }

  async stop(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
