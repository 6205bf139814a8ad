import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";

/** Pinned: Apache Kafka for Scala 2.13, with the dependencies that its own POM names. */
export const KAFKA_VERSION = "4.1.1";
/** The log library that this release is built with. */
const LOG4J_VERSION = "2.24.3";

/** A server cannot be had on this machine; the message says what to install. */
export class ServerMissingError extends Error {
  override readonly name = "ServerMissingError";
}

/** The folder with the jars of Kafka's server. Throws ServerMissingError without Java or Maven. */
export function kafkaJars(): string {
  return mavenJars(`kafka-${KAFKA_VERSION}`, [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`]);
}

/**
 * The folder with the jars of Kafka Connect's worker, its FileStream connectors, its basic authentication and
 * the log library of the same release. Throws ServerMissingError without Java or Maven.
 */
export function connectJars(): string {
  return mavenJars(`kafka-connect-${KAFKA_VERSION}`, [
    `org.apache.kafka:connect-runtime:${KAFKA_VERSION}`,
    `org.apache.kafka:connect-file:${KAFKA_VERSION}`,
    `org.apache.kafka:connect-basic-auth-extension:${KAFKA_VERSION}`,
    `org.apache.logging.log4j:log4j-core:${LOG4J_VERSION}`,
    `org.apache.logging.log4j:log4j-slf4j-impl:${LOG4J_VERSION}`,
  ]);
}

/**
 * A folder of the cache with these artifacts and what they need at run time; fetched through Maven at the
 * first call. Maven checks the sums that the registry publishes.
 */
function mavenJars(name: string, artifacts: readonly string[]): string {
  const folder = cacheFolder(name);
  const java = spawnSync("java", ["-version"]);
  if (java.status !== 0) throw new ServerMissingError("Java is missing: install a JDK or JRE 17");
  if (existsSync(folder)) return folder;

  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const pom = join(half, "pom.xml");
  writeFileSync(pom, pomXml(artifacts));
  process.stderr.write(`Fetching ${name} through Maven (once, about 45 MB) …\n`);
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
