import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { cacheFolder } from "./cache.ts";
import { ServerMissingError } from "./maven-jars.ts";

/** Runs one command of a fetch. Throws ServerMissingError when it fails. */
export type Run = (command: string, ...args: readonly string[]) => void;

/**
 * A folder of the cache that `make` fills at the first call. It gets its name only when it is whole.
 *
 * `home` is the name that it will have, for tools that write their own path into files.
 */
export function fetchedFolder(
  name: string,
  make: (folder: string, run: Run, home: string) => void,
): string {
  const folder = cacheFolder(name);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  process.stderr.write(`Fetching ${name} (once) …\n`);
  const run: Run = (command, ...args) => {
    const { status, error } = spawnSync(command, args, {
      cwd: half,
      stdio: ["ignore", "ignore", 2],
    });
    if (status === 0) return;
    rmSync(half, { recursive: true, force: true });
    const why = error ? `${command} is missing: install it` : `${command} could not fetch ${name}`;
    throw new ServerMissingError(why);
  };
  make(half, run, folder);
  // Another process may have been faster.
  if (existsSync(folder)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, folder);
  return folder;
}
