/** Group and topics of one of several workers on one Kafka. */
export function internalTopics(name: string): Record<string, string> {
  return {
    "group.id": `${name}-cluster`,
    "config.storage.topic": `${name}-configs`,
    "offset.storage.topic": `${name}-offsets`,
    "status.storage.topic": `${name}-status`,
  };
}
