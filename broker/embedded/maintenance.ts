import type { Store, Topic } from "./store.ts";

const DAY_MS = 86_400_000;

/**
 * Applies `cleanup.policy`, `retention.ms`, `retention.bytes` and `delete.retention.ms` to every topic.
 *
 * Policy delete (the default) keeps a week, as Kafka does. Policy compact keeps the newest record of
 * each key, and a tombstone for a day.
 */
export function cleanUp(store: Store, now: number): void {
  for (const topic of store.topics()) {
    const policies = new Set((topic.config["cleanup.policy"] ?? "delete").split(/\s*,\s*/));
    topic.heads.forEach((_, partition) => {
      if (policies.has("compact")) compact(store, topic, partition, now);
      if (policies.has("delete")) expire(store, topic, partition, now);
    });
  }
}

function compact(store: Store, topic: Topic, partition: number, now: number): void {
  const tombstonesUntil = now - Number(topic.config["delete.retention.ms"] ?? DAY_MS);
  const newest = new Map<string, number>();
  const superseded: number[] = [];
  const oldTombstones: number[] = [];
  for (const { offset, timestamp, key, isTombstone } of store.outline(topic, partition)) {
    if (key === null) continue;
    const earlier = newest.get(key);
    if (earlier !== undefined) superseded.push(earlier);
    newest.set(key, offset);
    if (isTombstone && timestamp < tombstonesUntil) oldTombstones.push(offset);
  }
  const last = new Set(newest.values());
  const gone = [...new Set([...superseded, ...oldTombstones.filter((offset) => last.has(offset))])];
  if (gone.length > 0) store.remove(topic, partition, gone);
}

function expire(store: Store, topic: Topic, partition: number, now: number): void {
  const retentionMs = Number(topic.config["retention.ms"] ?? 7 * DAY_MS);
  const retentionBytes = Number(topic.config["retention.bytes"] ?? -1);
  if (retentionMs < 0 && retentionBytes < 0) return;
  let excess = -retentionBytes;
  if (retentionBytes >= 0) {
    for (const { bytes } of store.outline(topic, partition)) excess += bytes;
  }
  let start: number | undefined;
  for (const { offset, timestamp, bytes } of store.outline(topic, partition)) {
    const isOld = retentionMs >= 0 && timestamp < now - retentionMs;
    const isOver = retentionBytes >= 0 && excess > 0;
    if (!isOld && !isOver) break;
    excess -= bytes;
    start = offset + 1;
  }
  if (start !== undefined) store.remove(topic, partition, [], start);
}
