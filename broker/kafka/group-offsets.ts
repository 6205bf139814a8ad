import type { TopicPartition, TopicPartitionOffset } from "../record-log.ts";
import { Decoder, Encoder, protocolError } from "./internals.ts";
import type { Broker, Cluster, ProtocolRequest } from "./internals.ts";

/** Stands for nobody: a commit of whoever administers the group. */
const NO_GENERATION = -1;
const NO_MEMBER = "";

/**
 * Writes and removes offsets of a group without members, as Kafka's own admin client does it. kafkajs would join the
 * group and wait for a fetch, which takes five seconds, and cannot remove single offsets at all.
 *
 * Rejects with kafkajs's errors; `NON_EMPTY_GROUP` when somebody is in the group.
 */
export async function alterGroupOffsets(
  cluster: Cluster,
  groupId: string,
  changes: readonly (TopicPartition & { readonly offset: number | null })[],
): Promise<void> {
  await cluster.connect();
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  // Of a partition that comes twice, the last one counts.
  const byPlace = new Map(changes.map((each) => [`${each.partition} ${each.topic}`, each]));
  const wanted = [...byPlace.values()];
  const kept = wanted.filter((each): each is TopicPartitionOffset => each.offset !== null);
  const removed = wanted.filter(({ offset }) => offset === null);
  if (kept.length > 0) await commit(coordinator, groupId, kept);
  if (removed.length > 0) await coordinator.connectionPool.send(offsetDelete(groupId, removed));
}

async function commit(
  coordinator: Broker,
  groupId: string,
  offsets: readonly TopicPartitionOffset[],
): Promise<void> {
  try {
    await coordinator.offsetCommit({
      groupId,
      groupGenerationId: NO_GENERATION,
      memberId: NO_MEMBER,
      topics: [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, list]) => ({
        topic,
        partitions: list.map(({ partition, offset }) => ({
          partition,
          offset: String(offset),
          metadata: "",
        })),
      })),
    });
  } catch (error) {
    // That is how Kafka says that the group has members.
    const isInUse = (error as { type?: string }).type === "UNKNOWN_MEMBER_ID";
    throw isInUse ? { type: "NON_EMPTY_GROUP" } : error;
  }
}

/** Kafka's code for a group that there is not: nothing to remove from. */
const GROUP_ID_NOT_FOUND = 69;

/** OffsetDelete, version 0. Source: Kafka protocol guide. */
function offsetDelete(
  groupId: string,
  places: readonly TopicPartition[],
): ProtocolRequest<readonly number[]> {
  return {
    request: {
      apiKey: 47,
      apiVersion: 0,
      apiName: "OffsetDelete",
      encode: async () =>
        new Encoder()
          .writeString(groupId)
          .writeArray(
            [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, list]) =>
              new Encoder()
                .writeString(topic)
                .writeArray(list.map(({ partition }) => new Encoder().writeInt32(partition))),
            ),
          ),
    },
    response: {
      async decode(payload) {
        const decoder = new Decoder(payload);
        const groupError = decoder.readInt16();
        decoder.readInt32();
        const topics = decoder.readArray((topic) => {
          topic.readString();
          return topic.readArray((partition) => {
            partition.readInt32();
            return partition.readInt16();
          });
        });
        return [groupError, ...topics.flat()];
      },
      async parse(codes) {
        const code = codes.find((each) => each !== 0 && each !== GROUP_ID_NOT_FOUND);
        const error = code === undefined ? undefined : protocolError(code);
        if (error) throw error;
        return codes;
      },
    },
  };
}
