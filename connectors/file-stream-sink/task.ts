import { mkdir, open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { ConnectError, SinkTask } from "#connect-api";
import type { Props, SinkRecord } from "#connect-api";
import { FILE, configDef } from "./config.ts";
import { lineText } from "./line-text.ts";

const LINE_FEED = 0x0a;

/** Writes lines; what was put is on disk before its offsets are committed. */
export class FileStreamSinkTask extends SinkTask {
  readonly version = "1.0.0";
  #file: FileHandle | undefined;
  #name: string | null = null;

  async start(props: Props): Promise<void> {
    this.#name = configDef.parse(props)[FILE];
    if (this.#name === null) return;
    try {
      await mkdir(dirname(this.#name), { recursive: true });
      this.#file = await open(this.#name, "a+");
      await endTornLine(this.#file);
    } catch (cause) {
      throw new ConnectError("FILE_NOT_WRITABLE", `The file ${this.#name} cannot be written`, {
        cause,
      });
    }
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    if (records.length === 0) return;
    const text = records.map(({ value }) => `${lineText(value)}\n`).join("");
    if (this.#file) await this.#file.appendFile(text);
    else process.stdout.write(text);
  }

  override async flush(): Promise<void> {
    await this.#file?.datasync();
  }

  async stop(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

/** A crash may leave half a line; it is ended, so that the next record has a line of its own. */
async function endTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  if (size === 0) return;
  const { buffer } = await file.read(new Uint8Array(1), 0, 1, size - 1);
  if (buffer[0] !== LINE_FEED) await file.appendFile("\n");
}
