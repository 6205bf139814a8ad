import { createRequire } from "node:module";
import { join } from "node:path";
import { fetchedFolder } from "../../test/servers/fetched-folder.ts";

/** Pinned. Fetched when the benchmark runs, because the three bring 180 packages along. */
const PACKAGES = {
  kafkajs: "@kafkajs/confluent-schema-registry@4.1.0",
  confluent: "@confluentinc/schemaregistry@1.10.1",
  avsc: "avsc@5.7.9",
} as const;

type Plain = Readonly<Record<string, unknown>>;

/** One library that turns plain FHIR into framed Avro and back. */
export interface AvroPeer {
  readonly name: string;
  encode(value: Plain): Uint8Array | Promise<Uint8Array>;
  decode(bytes: Uint8Array): unknown;
}

interface Libraries {
  readonly SchemaRegistry: new (options: { host: string }) => {
    encode(id: number, value: Plain): Promise<Buffer>;
    decode(bytes: Uint8Array): Promise<unknown>;
  };
  readonly SchemaRegistryClient: new (config: { baseURLs: readonly string[] }) => object;
  readonly AvroSerializer: new (
    client: object,
    type: string,
    config: object,
  ) => { serialize(topic: string, value: Plain): Promise<Buffer> };
  readonly AvroDeserializer: new (
    client: object,
    type: string,
    config: object,
  ) => { deserialize(topic: string, bytes: Uint8Array): Promise<unknown> };
  readonly Type: {
    forSchema(schema: unknown): {
      toBuffer(value: Plain): Buffer;
      fromBuffer(bytes: Uint8Array): unknown;
    };
  };
}

function libraries(): Libraries {
  const folder = fetchedFolder("bench-schemas-peers-1", (into, run) => {
    const options = ["--prefix", into, "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    run("npm", "install", ...options, ...Object.values(PACKAGES));
  });
  const require = createRequire(join(folder, "node_modules/index.js"));
  return Object.assign(
    {},
    ...["@kafkajs/confluent-schema-registry", "@confluentinc/schemaregistry", "avsc"].map((name) =>
      require(name),
    ),
  ) as Libraries;
}

/** `id` is the registered schema's; the subject is the topic's value. Throws ServerMissingError when npm cannot fetch them. */
export function avroPeers(
  url: string,
  topic: string,
  id: number,
  schemaText: string,
): readonly AvroPeer[] {
  const { SchemaRegistry, SchemaRegistryClient, AvroSerializer, AvroDeserializer, Type } =
    libraries();
  const kafkajs = new SchemaRegistry({ host: url });
  const client = new SchemaRegistryClient({ baseURLs: [url] });
  const serializer = new AvroSerializer(client, "VALUE", { useLatestVersion: true });
  const deserializer = new AvroDeserializer(client, "VALUE", {});
  const type = Type.forSchema(JSON.parse(schemaText));
  const HEAD_BYTES = 5;
  return [
    {
      name: PACKAGES.kafkajs,
      encode: (value) => kafkajs.encode(id, value),
      decode: (bytes) => kafkajs.decode(bytes),
    },
    {
      name: PACKAGES.confluent,
      encode: (value) => serializer.serialize(topic, value),
      decode: (bytes) => deserializer.deserialize(topic, bytes),
    },
    {
      name: `${PACKAGES.avsc} (no framing)`,
      encode: (value) => type.toBuffer(value),
      decode: (bytes) => type.fromBuffer(bytes.subarray(HEAD_BYTES)),
    },
  ];
}
