import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { ServerMissingError } from "./kafka-jars.ts";

/** Pinned: the official definitions and examples of FHIR R4 (CC0-1.0). */
const PACKAGE = "hl7.fhir.r4.examples";
const VERSION = "4.0.1";

/**
 * The folder with the package's files; fetched through npm at the first call (19 MB, 191 MB unpacked), which
 * is why it is no dependency. Throws ServerMissingError when npm cannot fetch it.
 */
export function fhirPackage(): string {
  const folder = cacheFolder(`${PACKAGE}-${VERSION}`);
  if (existsSync(folder)) return join(folder, "package");
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  process.stderr.write(`Fetching ${PACKAGE} ${VERSION} through npm (once, 19 MB) …\n`);
  const run = (command: string, ...args: string[]): void => {
    const { status, error } = spawnSync(command, args, {
      cwd: half,
      stdio: ["ignore", "ignore", 2],
    });
    if (status === 0) return;
    rmSync(half, { recursive: true, force: true });
    throw new ServerMissingError(
      error
        ? `${command} is missing: install it`
        : `${PACKAGE} could not be fetched with ${command}`,
    );
  };
  run("npm", "pack", "--silent", "--ignore-scripts", `${PACKAGE}@${VERSION}`);
  run("tar", "xzf", `${PACKAGE}-${VERSION}.tgz`);
  rmSync(join(half, `${PACKAGE}-${VERSION}.tgz`));
  // Under its own name only when it is whole; another process may have been faster.
  if (existsSync(folder)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, folder);
  return join(folder, "package");
}

/** Texts of the package's files whose name matches, by name. */
export function fhirFiles(
  folder: string,
  pattern: RegExp,
  isChosen: (name: string, index: number) => boolean = () => true,
): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && pattern.test(name))
    .toSorted()
    .filter(isChosen)
    .map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);
}

export function fhirResources(
  folder: string,
  pattern: RegExp,
): readonly { readonly resourceType: string }[] {
  return fhirFiles(folder, pattern).map(
    ([, text]) => JSON.parse(text) as { readonly resourceType: string },
  );
}
