import { Encoder, decodeProduce } from "./internals.ts";
import type {
  ProduceResponse,
  ProducerIdentity,
  ProtocolRequest,
  RequestEncoder,
} from "./internals.ts";
import { encodeRecordBatch } from "./record-batch.ts";
import type { BatchRecord } from "./record-batch.ts";

/** What to store in which partition. */
export interface ProduceOptions extends ProducerIdentity {
  readonly transactionalId: string | undefined;
  /** How long Kafka may wait for its followers, in milliseconds. */
  readonly timeoutMs: number;
  /** 0 none, 1 gzip. */
  readonly compression: number;
  readonly batches: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly firstSequence: number;
    readonly records: readonly BatchRecord[];
  }[];
}

const ALL_REPLICAS = -1;

/** Produce, version 7. Source: Kafka protocol guide. */
export function produceRequest(options: ProduceOptions): ProtocolRequest<ProduceResponse> {
  const { transactionalId, timeoutMs, batches } = options;
  return {
    request: {
      apiKey: 0,
      apiVersion: 7,
      apiName: "Produce",
      async encode() {
        const topics: (readonly [string, RequestEncoder[]])[] = [];
        for (const [topic, list] of Map.groupBy(batches, (batch) => batch.topic)) {
          const partitions: RequestEncoder[] = [];
          for (const { partition, firstSequence, records } of list) {
            const head = {
              ...options,
              firstSequence,
              isTransactional: transactionalId !== undefined,
            };
            const batch = await encodeRecordBatch(records, head);
            partitions.push(new Encoder().writeInt32(partition).writeBytes(batch));
          }
          topics.push([topic, partitions]);
        }
        return new Encoder()
          .writeString(transactionalId ?? null)
          .writeInt16(ALL_REPLICAS)
          .writeInt32(timeoutMs)
          .writeArray(
            topics.map(([topic, partitions]) =>
              new Encoder().writeString(topic).writeArray(partitions),
            ),
          );
      },
    },
    response: { decode: decodeProduce.decode, parse: async (answer) => answer },
  };
}
