// `npm run bench:schemas`: FHIR Patients as Avro with registry framing, encoded and decoded, and validated, by this product's converter
// and by the libraries of others, in one process and one run, on the same official instances.
//
//   npm run bench:schemas -- [rounds] [milliseconds per round]
//
// The libraries are fetched through npm once; the registry is the embedded one, over HTTP.
import { readFileSync } from "node:fs";
import { compiledNow, structureProblems } from "../transforms/validate-fhir/structure.ts";
import { validateResource } from "../transforms/validate-fhir/fhir-validator.ts";
import plugin from "../converters/schema-registry/index.ts";
import { medplumFindings } from "../test/conformance/judges.ts";
import { startEmbedded } from "../test/servers/embedded-registry.ts";
import { fhirPackage, fhirResources } from "../test/servers/fhir-package.ts";
import { p99Us, perSecond } from "./schemas/measure.ts";
import { avroPeers } from "./schemas/peers.ts";
import type { AvroPeer } from "./schemas/peers.ts";

const rounds = Number(process.argv[2] ?? 7);
const roundMs = Number(process.argv[3] ?? 400);
const TOPIC = "patients";
const LATENCY_CALLS = 200_000;
/** Patients per second and core, and microseconds: what the converter is to reach. */
const TARGETS = { encode: 150_000, decode: 300_000, structure: 75_000, rules: 20_000, p99: 50 };

const all = fhirResources(fhirPackage(), /^Patient-/).filter(
  ({ resourceType }) => resourceType === "Patient",
);
const schemaText = readFileSync("schemas/fhir/avro/Patient.avsc", "utf8").trimEnd();
const registry = await startEmbedded();
const answer = await fetch(`${registry.url}/subjects/${TOPIC}-value/versions`, {
  method: "POST",
  headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
  body: JSON.stringify({ schemaType: "AVRO", schema: schemaText }),
});
const { id } = (await answer.json()) as { id: number };

const converter = new plugin.converters["io.confluent.connect.avro.AvroConverter"]();
converter.configure({ "schema.registry.url": registry.url, "use.latest.version": "true" }, "value");
const ours: AvroPeer = {
  name: "this product",
  encode: (value) => converter.fromConnectData(TOPIC, null, value) as Uint8Array,
  decode: (bytes) => converter.toConnectData(TOPIC, bytes),
};
const peers = [ours, ...avroPeers(registry.url, TOPIC, id, schemaText)];

/** What every library takes: others know neither contained resources nor decimals as digits. */
const patients: Readonly<Record<string, unknown>>[] = [];
const framed: Uint8Array[] = [];
for (const patient of all as unknown as Readonly<Record<string, unknown>>[]) {
  try {
    for (const peer of peers) await peer.encode(patient);
    // kafkajs takes Buffers only.
    const bytes = Buffer.from(await ours.encode(patient));
    for (const peer of peers) await peer.decode(bytes);
    patients.push(patient);
    framed.push(bytes);
  } catch {
    // Left out for all.
  }
}
console.log(
  `${patients.length} of the ${all.length} official Patients, those that every library takes; ${rounds} rounds of ${roundMs} ms; calls per second of CPU time, median\n`,
);

const number = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
const kept = (value: number, target: number): string => (value >= target ? "kept" : "NOT KEPT");

console.log("| Avro | encode/s | ours ÷ | decode/s | ours ÷ |\n|---|--:|--:|--:|--:|");
const own = { encode: 0, decode: 0 };
for (const peer of peers) {
  const encode = await perSecond(patients, rounds, roundMs, (patient) => peer.encode(patient));
  const decode = await perSecond(framed, rounds, roundMs, (bytes) => peer.decode(bytes));
  if (peer === ours) Object.assign(own, { encode, decode });
  console.log(
    `| ${peer.name} | ${number(encode)} | ${number(own.encode / encode)} | ${number(decode)} | ${number(own.decode / decode)} |`,
  );
}
const p99 = {
  encode: p99Us(patients, LATENCY_CALLS, (patient) => ours.encode(patient)),
  decode: p99Us(framed, LATENCY_CALLS, (bytes) => ours.decode(bytes)),
};

const validators: readonly (readonly [string, (value: never) => unknown])[] = [
  ["this product, structure", (value) => structureProblems("Patient", value)],
  ["this product, structure, rules, references", (value) => validateResource(value)],
  ["ajv, our schema compiled at run time", compiledNow("Patient") as (value: never) => unknown],
  [
    "@medplum/core validateResource, with JSON.stringify and JSON.parse",
    (value) => medplumFindings(JSON.stringify(value)),
  ],
];
console.log("\n| validation | Patients/s |\n|---|--:|");
const rates: number[] = [];
for (const [name, validate] of validators) {
  const rate = await perSecond(patients, rounds, roundMs, (patient) => validate(patient as never));
  rates.push(rate);
  console.log(`| ${name} | ${number(rate)} |`);
}
const [structure = 0, rules = 0] = rates;
console.log(`
encode ${number(own.encode)}/s, target ${number(TARGETS.encode)}: ${kept(own.encode, TARGETS.encode)}; p99 ${number(p99.encode)} µs, target ${TARGETS.p99}: ${kept(TARGETS.p99, p99.encode)}
decode ${number(own.decode)}/s, target ${number(TARGETS.decode)}: ${kept(own.decode, TARGETS.decode)}; p99 ${number(p99.decode)} µs, target ${TARGETS.p99}: ${kept(TARGETS.p99, p99.decode)}
validate structure ${number(structure)}/s, target ${number(TARGETS.structure)}: ${kept(structure, TARGETS.structure)}
validate with rules ${number(rules)}/s, target ${number(TARGETS.rules)}: ${kept(rules, TARGETS.rules)}`);
converter.close();
await registry.stop();
