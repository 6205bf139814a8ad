import { mavenJars } from "./maven-jars.ts";

export { ServerMissingError } from "./maven-jars.ts";

/** Pinned: Apache Kafka for Scala 2.13, with the dependencies that its own POM names. */
export const KAFKA_VERSION = "4.1.1";
/** The log library that this release is built with. */
const LOG4J_VERSION = "2.24.3";

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
