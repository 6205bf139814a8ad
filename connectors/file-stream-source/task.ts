import { open, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { STRING_SCHEMA, SourceRecord, SourceTask } from "#connect-api";
import type { Props } from "#connect-api";
import { BATCH_SIZE, FILE, TOPIC, configDef } from "./config.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const READ_BYTES = 64 * 1024;
/**
 * When a file that has ended is looked at again: soon at first, and then as rarely as in Kafka; one that is not
 * there yet, more rarely.
 */
const LOOK_AGAIN_MIN_MS = 100;
const LOOK_AGAIN_MAX_MS = 1000;
const LOOK_FOR_MAX_MS = 2000;

/**
 * Reads whole lines, which end with LF, CR LF or CR as in Kafka; a line without its end is left until the
 * end comes. The offset of a record is the position after its line, in bytes.
 */
export class FileStreamSourceTask extends SourceTask {
  readonly version = "1.0.0";
  #config = configDef.parse({ topic: "unset" });
  #file: FileHandle | undefined;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);
  #pauseMs = LOOK_AGAIN_MIN_MS;

  async start(props: Props): Promise<void> {
    this.#config = configDef.parse(props);
    const filename = this.#config[FILE];
    if (filename === null) return;
    const stored = await this.context.offsetReader.offset({ filename });
    this.#position = Number(stored?.["position"] ?? 0);
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[]> {
    const chunk = await this.#read();
    if (chunk.length === 0 && !lineAt(this.#rest, 0)) {
      await delay(this.#pauseMs, undefined, { signal }).catch(() => undefined);
      const isThere = this.#file !== undefined || this.#config[FILE] === null;
      this.#pauseMs = Math.min(this.#pauseMs * 2, isThere ? LOOK_AGAIN_MAX_MS : LOOK_FOR_MAX_MS);
      return [];
    }
    this.#pauseMs = LOOK_AGAIN_MIN_MS;
    this.#rest = Buffer.concat([this.#rest, chunk]);
    return this.#lines();
  }

  /** The next bytes after those that wait for their line end; none when the file has ended or is not there yet. */
  async #read(): Promise<Buffer> {
    const filename = this.#config[FILE];
    if (lineAt(this.#rest, 0)) return Buffer.alloc(0);
    if (filename === null) return (process.stdin.read() as Buffer | null) ?? Buffer.alloc(0);
    this.#file ??= await openIfThere(filename);
    if (!this.#file) return Buffer.alloc(0);
    const from = this.#position + this.#rest.length;
    // Most looks find nothing new, and need no buffer.
    const found = await this.#file.stat();
    if (found.isFile() && found.size <= from) return Buffer.alloc(0);
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
    // As in Kafka, a size below one is taken for one.
    const sizeMax = Math.max(1, this.#config[BATCH_SIZE]);
    while (records.length < sizeMax) {
      const found = lineAt(this.#rest, start);
      if (!found) break;
      const line = this.#rest.toString("utf8", start, found.end);
      this.#position += found.next - start;
      start = found.next;
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

/** Looks before it opens, because an error for each look at a file that is not there yet costs more than the look. */
async function openIfThere(filename: string): Promise<FileHandle | undefined> {
  try {
    return (await stat(filename, { throwIfNoEntry: false })) && (await open(filename, "r"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Where the line that begins at `start` ends and the next one begins; undefined when its end has not come. */
function lineAt(bytes: Buffer, start: number): { end: number; next: number } | undefined {
  for (let end = start; end < bytes.length; end += 1) {
    if (bytes[end] === LINE_FEED) return { end, next: end + 1 };
    if (bytes[end] !== CARRIAGE_RETURN) continue;
    // A CR at the end of what was read may be the first half of CR LF.
    if (end + 1 === bytes.length) return undefined;
    return { end, next: end + (bytes[end + 1] === LINE_FEED ? 2 : 1) };
  }
  return undefined;
}
