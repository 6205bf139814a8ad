import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Converter, ConverterHeaders } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import plugin from "../../converters/schema-registry/index.ts";
import { startEmbedded } from "../servers/embedded-registry.ts";
import {
  registryForTests,
  startApicurio,
  startFranzRegistry,
  startMotoGlue,
} from "../servers/registries.ts";
import type { RegistryServer } from "../servers/registries.ts";
import { RegistryApi, registryClaims } from "./claims.ts";
import type { Deviations } from "./claims.ts";

interface Server {
  readonly name: string;
  readonly start: () => Promise<RegistryServer>;
  readonly path: string;
  readonly deviations: Deviations;
  /** Long to start: only in the long form of the suite. */
  readonly isSlow?: true;
}

const servers: readonly Server[] = [
  { name: "embedded", start: startEmbedded, path: "", deviations: {} },
  {
    name: "franz-go",
    start: startFranzRegistry,
    path: "",
    isSlow: true,
    deviations: {
      codes: { "version 0": 40402 },
      claims: {
        "what others refer to is not deleted": "refuses it with the status 409",
        "the kinds of schema are listed": "no such path",
        "versions count up, and the newest is the latest": "the raw text is a JSON object with it",
        "what is no schema is refused": "takes any text",
        "unknown members of a request are passed over": "refuses them",
        "levels are set per subject, and wrong ones refused": "answers the global level",
        "BACKWARD refuses a new required field and takes an optional one": "compares nothing",
        "FORWARD, FULL and NONE decide as they say": "compares nothing",
        "a subject is deleted softly, then for good; its ids are read all the same":
          "a deleted subject cannot be used again",
        "a schema has a GUID, by which it is read": "the answer by id has none",
        "metadata is kept, and finds a version": "no such path",
        "a subject that is read only takes no version": "takes it",
      },
    },
  },
  {
    name: "Apicurio ccompat",
    start: startApicurio,
    path: "/apis/ccompat/v7",
    isSlow: true,
    deviations: {
      codes: { "version 0": 40402, incompatible: 409 },
      claims: {
        "levels are set per subject, and wrong ones refused": "answers the global level",
        "a schema has a GUID, by which it is read": "none",
        "metadata is kept, and finds a version": "takes it and forgets it",
        "a subject that is read only takes no version": "has no modes",
      },
    },
  },
];

// moto takes any credentials.
process.env["AWS_ACCESS_KEY_ID"] ??= "test";
process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";

const isLong = process.env["CLINICAL_LONG_TESTS"] === "1";
/** A registry that runs already and speaks Confluent's API, for `REGISTRY_URL=http://… npm run test:registries`. */
const given = process.env["REGISTRY_URL"];
const givenServers: readonly Server[] =
  given === undefined
    ? []
    : [
        {
          name: "REGISTRY_URL",
          start: () => Promise.resolve({ url: given, stop: () => Promise.resolve() }),
          path: "",
          deviations: {},
        },
      ];

for (const server of [...servers.filter(({ isSlow }) => isLong || !isSlow), ...givenServers]) {
  test(`S-1: ${server.name} speaks the registry API`, async (t) => {
    const running = await registryForTests(t, server.start);
    if (!running) return;
    const { codes, claims: others = {} } = server.deviations;
    const api = new RegistryApi(running.url + server.path, codes);
    for (const claim of registryClaims) {
      const instead = others[claim.name];
      const name = instead === undefined ? claim.name : `NOT HERE (${instead}): ${claim.name}`;
      await t.test(name, () =>
        instead === undefined ? claim.run(api) : assert.rejects(() => claim.run(api)),
      );
    }
    for (const [kind, schemaType] of [
      ["avro.AvroConverter", "AVRO"],
      ["json.JsonSchemaConverter", "JSON"],
    ] as const) {
      await t.test(`a FHIR resource goes through ${kind} and back`, (inner) =>
        roundTrip(inner, `io.confluent.connect.${kind}`, running.url + server.path, schemaType),
      );
    }
  });
}

/** Registries with an API of their own, by the converters of theirs. */
const natives: readonly {
  readonly name: string;
  readonly start: () => Promise<RegistryServer>;
  readonly converters: Readonly<Record<string, (url: string) => Record<string, string>>>;
  readonly registers: Readonly<Record<string, string>>;
  readonly latest: Readonly<Record<string, string>>;
}[] = [
  {
    name: "Apicurio v3",
    start: startApicurio,
    converters: {
      "io.apicurio.registry.utils.converter.AvroConverter": (url) => ({
        "apicurio.registry.url": `${url}/apis/registry/v3`,
      }),
    },
    registers: { "apicurio.registry.auto-register": "true" },
    latest: { "apicurio.registry.find-latest": "true" },
  },
  {
    name: "AWS Glue (moto)",
    start: startMotoGlue,
    converters: {
      "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter": (url) => ({
        endpoint: url,
        region: "us-east-1",
      }),
      "com.amazonaws.services.schemaregistry.kafkaconnect.jsonschema.JsonSchemaConverter": (
        url,
      ) => ({
        endpoint: url,
        region: "us-east-1",
        compression: "ZLIB",
      }),
    },
    registers: { schemaAutoRegistrationEnabled: "true" },
    latest: { "use.latest.version": "true" },
  },
];

for (const native of isLong ? natives : []) {
  test(`S-1: ${native.name} takes and gives schemas by its own API`, async (t) => {
    const running = await registryForTests(t, native.start);
    if (!running) return;
    for (const [className, address] of Object.entries(native.converters)) {
      await t.test(`a FHIR resource goes through ${className} and back`, (inner) =>
        roundTripWith(inner, className, `healthcare.fhir.${className}`, {
          address: address(running.url),
          registers: native.registers,
          latest: native.latest,
        }),
      );
    }
  });
}

test(
  "S-1: Apicurio's framings are written and read again",
  { skip: !isLong && "long: npm run test:registries" },
  async (t) => {
    const running = await registryForTests(t, startApicurio);
    if (!running) return;
    const className = "io.apicurio.registry.utils.converter.AvroConverter";
    const variants: readonly Record<string, string>[] = [
      { "apicurio.registry.use-id": "globalId" },
      { "apicurio.registry.id-handler": "io.apicurio.registry.serde.Legacy8ByteIdHandler" },
      { "apicurio.registry.headers.enabled": "true" },
      { "apicurio.registry.headers.enabled": "true", "apicurio.registry.use-id": "globalId" },
    ];
    for (const variant of variants) {
      await t.test(JSON.stringify(variant), (inner) =>
        roundTripWith(inner, className, "healthcare.fhir.patient", {
          address: { "apicurio.registry.url": `${running.url}/apis/registry/v3`, ...variant },
          registers: { "apicurio.registry.auto-register": "true" },
          latest: { "apicurio.registry.find-latest": "true" },
        }),
      );
    }
  },
);

const patient = {
  resourceType: "Patient",
  id: "p1",
  active: true,
  birthDate: "1970-02",
  extension: [{ url: "http://example.org/weight", valueDecimal: exactNumber("7.10") }],
};

function roundTrip(
  t: TestContext,
  className: string,
  url: string,
  schemaType: string,
): Promise<void> {
  return roundTripWith(t, className, `healthcare.fhir.patient.${schemaType.toLowerCase()}`, {
    address: { "schema.registry.url": url },
    registers: { "auto.register.schemas": "true" },
    latest: { "use.latest.version": "true" },
  });
}

interface ConverterSettings {
  readonly address: Readonly<Record<string, string>>;
  readonly registers: Readonly<Record<string, string>>;
  readonly latest: Readonly<Record<string, string>>;
}

async function roundTripWith(
  t: TestContext,
  className: string,
  topic: string,
  { address, registers, latest }: ConverterSettings,
): Promise<void> {
  const classes = plugin.converters as Record<string, new () => Converter>;
  const Made = classes[className] as new () => Converter;
  const converterWith = (props: Readonly<Record<string, string>>): Converter => {
    const converter = new Made();
    converter.configure({ ...address, ...props }, "value");
    t.after(() => converter.close());
    return converter;
  };
  const headers: ConverterHeaders = [];
  const writing = converterWith(registers);
  const bytes = (await writing.fromConnectData(topic, null, patient, headers)) as Uint8Array;
  // Others find the same schema without registering anything.
  const others: ConverterHeaders = [];
  const looking = converterWith(latest);
  assert.deepEqual(await looking.fromConnectData(topic, null, patient, others), bytes);
  assert.deepEqual(others, headers);
  const found = await converterWith({}).fromConnectData(topic, null, patient, []);
  assert.deepEqual(found, bytes);
  const back = await converterWith({}).toConnectData(topic, bytes, headers);
  assert.deepEqual(back, { schema: null, value: patient });
  // An id that the registry does not know is a wrong record, not an outage.
  const poison = Uint8Array.from(bytes);
  for (let index = 1; index < 18 && headers.length === 0; index += 1) {
    poison[index] = index === 1 && bytes[0] === 3 ? (bytes[1] as number) : 0x11;
  }
  if (headers.length > 0) return;
  await assert.rejects(async () => converterWith({}).toConnectData(topic, poison), {
    name: "DataError",
  });
}
