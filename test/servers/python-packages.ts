import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { ServerMissingError } from "./kafka-jars.ts";

/**
 * The Python of a virtual environment with these packages (`name==version`); made at the first call, outside of the
 * repository. Throws ServerMissingError without Python 3.
 */
export function pythonWith(name: string, packages: readonly string[]): string {
  const folder = cacheFolder(name);
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return python;
  const half = `${folder}.${process.pid}`;
  mkdirSync(join(half, ".."), { recursive: true });
  process.stderr.write(`Fetching ${packages.join(", ")} through pip (once) …\n`);
  const run = (program: string, ...args: readonly string[]): boolean =>
    spawnSync(program, args, { stdio: ["ignore", 2, 2] }).status === 0;
  const isDone =
    run("python3", "-m", "venv", "--copies", half) &&
    run(join(half, "bin", "python"), "-m", "pip", "install", "-q", ...packages);
  if (!isDone) {
    rmSync(half, { recursive: true, force: true });
    throw new ServerMissingError(`Python 3 with venv and pip is needed for ${packages.join(", ")}`);
  }
  if (existsSync(folder)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, folder);
  return python;
}
