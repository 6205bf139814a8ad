import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigError } from "#connect-api";
import { LOCAL_WAYS, LOCAL_WAYS_FILE } from "./config.ts";
import { LocalWaysError, readLocalWays } from "./local/index.ts";
import type { LocalWays } from "./local/index.ts";

/** The local ways that the settings name; undefined when they name none. Throws ConfigError. */
export function localWaysOf(text: string | null, file: string | null): LocalWays | undefined {
  if (text !== null && file !== null) {
    throw new ConfigError(
      "CONFIG_INVALID",
      `${LOCAL_WAYS} and ${LOCAL_WAYS_FILE} exclude each other`,
      {
        key: LOCAL_WAYS,
      },
    );
  }
  const key = file === null ? LOCAL_WAYS : LOCAL_WAYS_FILE;
  try {
    if (file !== null) {
      const folder = dirname(file);
      const read = (name: string): string => readFileSync(resolve(folder, name), "utf8");
      return readLocalWays(readFileSync(file, "utf8"), read);
    }
    if (text === null) return undefined;
    return readLocalWays(text, () => {
      throw new LocalWaysError("A text has no files beside it");
    });
  } catch (cause) {
    const reason =
      cause instanceof LocalWaysError ? cause.message : "it cannot be read on the worker's machine";
    throw new ConfigError("CONFIG_INVALID", `${key} is of no use: ${reason}`, { key, cause });
  }
}
