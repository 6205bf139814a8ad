import type { RecordLog, RecordLogSettings } from "./record-log.ts";

const EMBEDDED = "embedded:";

/**
 * Opens the log that `bootstrap.servers` names: `embedded:DIR` for the one in this process,
 * otherwise a Kafka cluster (`host:port[,host:port…]`).
 *
 * Rejects with a RecordLogError when it cannot be reached within `request.timeout.ms`.
 */
export async function openRecordLog(settings: RecordLogSettings): Promise<RecordLog> {
  const servers = settings["bootstrap.servers"];
  if (servers.startsWith(EMBEDDED)) {
    const { openEmbeddedLog } = await import("./embedded/embedded-log.ts");
    return openEmbeddedLog({ directory: servers.slice(EMBEDDED.length), settings });
  }
  const { openKafkaLog } = await import("./kafka/kafka-log.ts");
  return openKafkaLog(settings);
}
