import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";

/** Pinned: Apache Kafka for Scala 2.13, with the dependencies that its own POM names. */
export const KAFKA_VERSION = "4.1.1";

/** A server cannot be had on this machine; the message says what to install. */
export class ServerMissingError extends Error {
  override readonly name = "ServerMissingError";
}

/**
 * The folder with Kafka's jars; fetched through Maven at the first call. Maven checks the sums that the
 * registry publishes. Throws ServerMissingError without Java or Maven.
 */
export function kafkaJars(): string {
  const folder = cacheFolder(`kafka-${KAFKA_VERSION}`);
  const java = spawnSync("java", ["-version"]);
  if (java.status !== 0) throw new ServerMissingError("Java is missing: install a JDK or JRE 17");
  if (existsSync(folder)) return folder;

  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const pom = join(half, "pom.xml");
  writeFileSync(pom, pomXml());
  process.stderr.write(
    `Fetching Apache Kafka ${KAFKA_VERSION} through Maven (once, about 45 MB) …\n`,
  );
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
      maven.error ? "Maven (mvn) is missing: install it" : "Maven could not fetch Apache Kafka",
    );
  }
  // Under its own name only when it is whole; another process may have been faster.
  if (existsSync(folder)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, folder);
  return folder;
}

function pomXml(): string {
  const dependency = `<groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>test</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies><dependency>${dependency}</dependency></dependencies></project>
`;
}
