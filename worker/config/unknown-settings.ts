import type { Props } from "#connect-api";
import { clientKeys } from "./client-settings.ts";
import { workerConfigDef } from "./worker-config.ts";

/** Settings whose keys nobody can list. */
const PREFIXES = [
  ...["producer.", "consumer.", "admin.", "config.providers.", "listeners.https.", "ssl.", "sasl."],
  ...["admin.listeners.https.", "config.storage.", "offset.storage.", "status.storage."],
  ...["key.converter.", "value.converter.", "header.converter.", "inter.worker.", "metrics."],
];

/** Kafka Connect's own that mean nothing here, so that its files can be used as they are. */
const WITHOUT_EFFECT = new Set([
  ...["plugin.discovery", "client.dns.lookup", "metric.reporters", "connect.protocol"],
  ...["worker.sync.timeout.ms", "worker.unsync.backoff.ms", "java.security.auth.login.config"],
  "config.providers",
]);

/** Keys of a worker's file that nobody reads: mostly they are misspelled. */
export function unknownSettings(props: Props): readonly string[] {
  const known = new Set([
    ...Object.keys(workerConfigDef.keys),
    ...Object.keys(clientKeys("admin")),
    ...WITHOUT_EFFECT,
  ]);
  return Object.keys(props).filter(
    (key) => !known.has(key) && !PREFIXES.some((prefix) => key.startsWith(prefix)),
  );
}
