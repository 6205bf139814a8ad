import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";

/** A server cannot be had on this machine; the message says what to install. */
export class ServerMissingError extends Error {
  override readonly name = "ServerMissingError";
}

/**
 * A folder of the cache with these artifacts and what they need at run time; fetched through Maven at the
 * first call. Maven checks the sums that the registry publishes.
 */
export function mavenJars(name: string, artifacts: readonly string[]): string {
  const folder = cacheFolder(name);
  const java = spawnSync("java", ["-version"]);
  if (java.status !== 0) throw new ServerMissingError("Java is missing: install a JDK or JRE 17");
  if (existsSync(folder)) return folder;

  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const pom = join(half, "pom.xml");
  writeFileSync(pom, pomXml(artifacts));
  process.stderr.write(`Fetching ${name} through Maven (once) …\n`);
  const maven = spawnSync(
    "mvn",
    [
      "-B",
      "-q",
      "-C",
      "-f",
      pom,
      "dependency:copy-dependencies",
      `-DoutputDirectory=${half}`,
      "-DincludeScope=runtime",
    ],
    { stdio: ["ignore", 2, 2] },
  );
  if (maven.status !== 0) {
    rmSync(half, { recursive: true, force: true });
    throw new ServerMissingError(
      maven.error ? "Maven (mvn) is missing: install it" : `Maven could not fetch ${name}`,
    );
  }
  // Under its own name only when it is whole; another process may have been faster.
  if (existsSync(folder)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, folder);
  return folder;
}

function pomXml(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, id, version] = artifact.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>test</groupId><artifactId>servers</artifactId><version>1</version>
<dependencies>${dependencies.join("")}</dependencies></project>
`;
}
