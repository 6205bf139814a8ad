// `npm run bench:fhir`: resources per second into one FHIR server, by the sink, by a plain loop of batch Bundles (the ceiling) and by PUTs one
// after the other. HAPI FHIR by default; `--server medplum` for the router in this process's memory.
import { parseArgs } from "node:util";
import { SinkRecord } from "#connect-api";
import type { Props } from "#connect-api";
import { FhirStoreSinkConnector } from "../connectors/fhir-store-sink/connector.ts";
import { startHapi } from "../test/servers/hapi-fhir.ts";
import { startMedplum } from "../test/servers/fhir/medplum.ts";
import { sinkContext } from "../test/support/sink-context.ts";

const { values: args } = parseArgs({
  options: {
    server: { type: "string", default: "hapi" },
    resources: { type: "string", default: "2000" },
    runs: { type: "string", default: "3" },
  },
});

const BUNDLE = 100;
const TOPIC = "healthcare.fhir.patient";
const count = Number(args.resources);

/** About 1 kB, as patients of the pipeline are. */
const resourceOf = (run: string, at: number) => ({
  resourceType: "Patient",
  id: `${run}-${at}`,
  identifier: [{ system: "urn:oid:1.2.3", value: `${run}-${at}` }],
  active: true,
  name: [{ family: `Family${at}`, given: ["Given", "Middle"] }],
  telecom: [{ system: "phone", value: `+49 30 ${at}` }],
  gender: at % 2 ? "female" : "male",
  birthDate: `19${String(10 + (at % 80))}-01-02`,
  address: [{ line: [`Street ${at}`], city: "Berlin", postalCode: "10115", country: "DE" }],
  text: {
    status: "generated",
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${"text ".repeat(80)}</div>`,
  },
});

async function send(url: string, method: string, body: string): Promise<void> {
  const answer = await fetch(url, {
    method,
    body,
    headers: { "content-type": "application/fhir+json", prefer: "return=minimal" },
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${method} answered ${answer.status}`);
}

/** Bundles one after the other, nothing else: no order, no guard, no errors. */
async function plainBundles(base: string, run: string, inFlight: number): Promise<void> {
  const bundles = Array.from({ length: Math.ceil(count / BUNDLE) }, (_, bundle) =>
    JSON.stringify({
      resourceType: "Bundle",
      type: "batch",
      entry: Array.from({ length: Math.min(BUNDLE, count - bundle * BUNDLE) }, (_, at) => {
        const resource = resourceOf(run, bundle * BUNDLE + at);
        return { resource, request: { method: "PUT", url: `Patient/${resource.id}` } };
      }),
    }),
  );
  const next = bundles.values();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (const bundle of next) await send(base, "POST", bundle);
    }),
  );
}

async function oneByOne(base: string, run: string): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const resource = resourceOf(run, at);
    await send(`${base}/Patient/${resource.id}`, "PUT", JSON.stringify(resource));
  }
}

async function sink(base: string, run: string, own: Props): Promise<void> {
  const task = new (new FhirStoreSinkConnector().taskClass())();
  const props: Props = {
    "fhir.server.url": base,
    "fhir.bundle.max.entries": String(BUNDLE),
    ...own,
  };
  const places = [{ topic: TOPIC, partition: 0 }];
  task.initialize(sinkContext(props, { assignment: () => places }));
  await task.start(props);
  await task.open(places);
  const never = new AbortController().signal;
  // The worker delivers 500 at a time.
  for (let from = 0; from < count; from += 500) {
    const records = Array.from(
      { length: Math.min(500, count - from) },
      (_, at) =>
        new SinkRecord({
          topic: TOPIC,
          partition: 0,
          offset: from + at,
          key: "k",
          value: JSON.stringify(resourceOf(run, from + at)),
          timestamp: 1_790_000_000_000,
        }),
    );
    await task.put(records, never);
  }
  const isDone = async (): Promise<boolean> =>
    (await task.preCommit([{ topic: TOPIC, partition: 0, offset: count }]))[0]?.offset === count;
  while (!(await isDone())) {
    await task.put([], never);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await task.stop();
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const server = args.server === "medplum" ? await startMedplum() : await startHapi();
const kinds: Readonly<Record<string, (run: string) => Promise<void>>> = {
  "plain loop of Bundles (ceiling)": (run) => plainBundles(server.url, run, 1),
  "plain Bundles, 4 at once": (run) => plainBundles(server.url, run, 4),
  sink: (run) => sink(server.url, run, {}),
  "sink, one request at once": (run) =>
    sink(server.url, run, { "fhir.max.in.flight.requests": "1" }),
  "sink without guard": (run) => sink(server.url, run, { "fhir.ordering.guard": "none" }),
  "PUTs one after the other": (run) => oneByOne(server.url, run),
};
const found = new Map<string, number[]>();
// The first round warms the server up and does not count.
for (let run = 0; run <= Number(args.runs); run += 1) {
  for (const [index, [kind, write]] of Object.entries(kinds).entries()) {
    const startedAt = performance.now();
    await write(`r${run}k${index}`);
    const rate = count / ((performance.now() - startedAt) / 1000);
    process.stderr.write(`${run === 0 ? "warm-up " : ""}${kind}: ${rate.toFixed(0)} resources/s\n`);
    if (run > 0) found.set(kind, [...(found.get(kind) ?? []), rate]);
  }
}
const ceiling = median(found.get("plain loop of Bundles (ceiling)") ?? []);
for (const [kind, rates] of found) {
  const rate = median(rates);
  const share = ((100 * rate) / ceiling).toFixed(0);
  process.stdout.write(
    `${kind.padEnd(34)} ${rate.toFixed(0).padStart(6)} resources/s ${share.padStart(5)} %\n`,
  );
}
await server.stop();
process.exit(0);
