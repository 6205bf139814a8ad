const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/**
 * The 32-bit hash by which Kafka's producers choose a partition, as a signed number.
 *
 * Source: org.apache.kafka.common.utils.Utils.murmur2.
 */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  let hash = (SEED ^ length) | 0;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let block = Math.imul(view.getInt32(at, true), MULTIPLIER);
    block ^= block >>> SHIFT;
    block = Math.imul(block, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ block;
  }
  const rest = length & 3;
  if (rest >= 3) hash ^= (data[whole + 2] ?? 0) << 16;
  if (rest >= 2) hash ^= (data[whole + 1] ?? 0) << 8;
  if (rest >= 1) {
    hash ^= data[whole] ?? 0;
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return (hash ^ (hash >>> 15)) | 0;
}

/** The partition of a key among `partitions`, as Kafka's Java producer chooses it. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
