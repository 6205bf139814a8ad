import type { TopicPartitionOffset } from "../record-log.ts";
import { Decoder, Encoder, protocolError } from "./internals.ts";
import type { ProducerIdentity, ProtocolRequest, RequestEncoder } from "./internals.ts";

/**
 * Two requests in versions that kafkajs does not speak. Both have the compact form: strings and arrays with
 * their length plus one, and a byte for tagged fields (none) after the header and after each structure.
 *
 * Source: Kafka protocol guide, "InitProducerId" and "TxnOffsetCommit".
 */
const NO_TAGS = 0;

const NOBODY: ProducerIdentity = { producerId: "-1", producerEpoch: -1 };

/**
 * InitProducerId, version 3. With an identity, Kafka gives the next epoch only to the one that has the
 * present one: a producer that somebody else has taken over from does not take the transactional id back.
 */
export function initProducerId(options: {
  readonly transactionalId: string | undefined;
  readonly transactionTimeoutMs: number;
  readonly identity: ProducerIdentity | undefined;
}): ProtocolRequest<ProducerIdentity & { readonly errorCode: number }> {
  const { producerId, producerEpoch } = options.identity ?? NOBODY;
  return {
    request: {
      apiKey: 22,
      apiVersion: 3,
      apiName: "InitProducerId",
      encode: async () =>
        new Encoder()
          .writeUVarInt(NO_TAGS)
          .writeUVarIntString(options.transactionalId ?? null)
          .writeInt32(options.transactionTimeoutMs)
          .writeInt64(producerId)
          .writeInt16(producerEpoch)
          .writeUVarInt(NO_TAGS),
    },
    response: {
      async decode(payload) {
        const decoder = new Decoder(payload);
        decoder.readTaggedFields();
        decoder.readInt32();
        return {
          errorCode: decoder.readInt16(),
          producerId: decoder.readInt64().toString(),
          producerEpoch: decoder.readInt16(),
        };
      },
      parse: async (answer) => orThrow(answer.errorCode, answer),
    },
  };
}

/** TxnOffsetCommit, version 3: with the member and its generation, so that Kafka refuses one that is out. */
export function txnOffsetCommit(
  options: ProducerIdentity & {
    readonly transactionalId: string;
    readonly groupId: string;
    readonly memberId: string;
    readonly generation: number;
    readonly offsets: readonly TopicPartitionOffset[];
  },
): ProtocolRequest<readonly number[]> {
  const { offsets } = options;
  return {
    request: {
      apiKey: 28,
      apiVersion: 3,
      apiName: "TxnOffsetCommit",
      encode: async () =>
        new Encoder()
          .writeUVarInt(NO_TAGS)
          .writeUVarIntString(options.transactionalId)
          .writeUVarIntString(options.groupId)
          .writeInt64(options.producerId)
          .writeInt16(options.producerEpoch)
          .writeInt32(options.generation)
          .writeUVarIntString(options.memberId)
          .writeUVarIntString(null)
          .writeUVarIntArray(
            [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, list]) =>
              new Encoder()
                .writeUVarIntString(topic)
                .writeUVarIntArray(list.map(partitionOffset))
                .writeUVarInt(NO_TAGS),
            ),
          )
          .writeUVarInt(NO_TAGS),
    },
    response: {
      async decode(payload) {
        const decoder = new Decoder(payload);
        decoder.readTaggedFields();
        decoder.readInt32();
        const codes = decoder.readUVarIntArray((topic) => {
          topic.readUVarIntString();
          const found = topic.readUVarIntArray((partition) => {
            partition.readInt32();
            const code = partition.readInt16();
            partition.readTaggedFields();
            return code;
          });
          topic.readTaggedFields();
          return found;
        });
        return codes.flat();
      },
      parse: async (codes) => orThrow(codes.find((code) => code !== 0) ?? 0, codes),
    },
  };
}

function partitionOffset({ partition, offset }: TopicPartitionOffset): RequestEncoder {
  const noLeaderEpoch = -1;
  return new Encoder()
    .writeInt32(partition)
    .writeInt64(String(offset))
    .writeInt32(noLeaderEpoch)
    .writeUVarIntString("")
    .writeUVarInt(NO_TAGS);
}

function orThrow<T>(code: number, answer: T): T {
  const error = protocolError(code);
  if (error) throw error;
  return answer;
}
