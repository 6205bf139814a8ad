import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { sharedHapi, stopSharedHapi } from "../servers/hapi-fhir.ts";
import { startMedplum } from "../servers/fhir/medplum.ts";
import { startFront } from "../servers/fhir/front.ts";
import { entriesOf, referencesIn } from "../servers/fhir/entries.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { startPipeline, testLog } from "../support/pipeline.ts";
import { headerText } from "../support/topic-contents.ts";
import { connectorConfig, eventually, postConnector, rest } from "../support/rest-client.ts";

/*
 * The whole way, from MLLP to a FHIR store: real worker processes, and a server that is not ours behind a front that loses answers. `npm run test:fhir-store` sends
 * 10,000 messages to HAPI FHIR and kills 20 times; within `npm test` it is less, and Medplum's router.
 */
const MESSAGES = Number(process.env["FHIR_STORE_MESSAGES"] ?? 20);
const KILLS = Number(process.env["FHIR_STORE_PIPELINE_KILLS"] ?? 1);
const IS_HAPI = process.env["FHIR_STORE_SERVER"] === "hapi";
const PATIENCE_MS = 120_000 + MESSAGES * 300;

async function startServer(t: TestContext): Promise<{ readonly url: string }> {
  if (IS_HAPI) {
    t.after(stopSharedHapi);
    return sharedHapi(t);
  }
  const medplum = await startMedplum();
  t.after(() => medplum.stop());
  return medplum;
}

test(
  `${MESSAGES} messages, ${KILLS} kills, a replay: every resource of the store is the last event, and no reference dangles`,
  { timeout: 4 * PATIENCE_MS + KILLS * 30_000 },
  async (t) => {
    const server = await startServer(t);
    const front = await startFront({ backend: server.url });
    t.after(() => front.stop());
    const pipeline = await startPipeline(t, await testLog(t, "embedded"));
    const sink = (name: string) => ({
      name,
      config: {
        ...connectorConfig("fhir-to-fhir-store", {
          "fhir.server.url": front.url,
          "consumer.override.metadata.max.age.ms": "300",
          "fhir.auth.type": "none",
          "retry.backoff.ms": "20",
          "retry.backoff.max.ms": "1000",
        }).config,
        name,
      },
    });
    const sent = await sendAll(
      { port: pipeline.port },
      [...generateMessages({ seed: 5, count: MESSAGES })],
      { connections: 10 },
    );
    assert.ok(sent.every(({ code }) => code === "AA"));
    await eventually(
      "everything is FHIR",
      async () => {
        const contents = await pipeline.contents(/^healthcare\.fhir\.provenance/);
        const ids = (contents.get("healthcare.fhir.provenance") ?? []).map((record) =>
          headerText(record, "message-control-id"),
        );
        return new Set(ids).size === MESSAGES;
      },
      PATIENCE_MS,
      500,
    );

    // Every seventh answer is lost, and the worker is killed again and again while the sink is at work.
    front.fault = ({ index }) => (index % 7 === 6 ? { kind: "reset-after" } : undefined);
    let worker = pipeline.worker;
    await postConnector(worker.url, sink("first"));
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = front.requests.length;
      await eventually(
        "the sink is at work",
        async () => front.requests.length > before + 3 + kill || (await isDelivered("first")),
        PATIENCE_MS,
        20,
      );
      await worker.end("SIGKILL");
      worker = await pipeline.restart();
    }
    front.fault = () => undefined;
    await eventually("everything is in the store", () => isDelivered("first"), PATIENCE_MS, 500);
    const expected = await lastStates();
    const once = await stored(expected.keys());
    const writes = writesSeen();
    await postConnector(worker.url, sink("second"));
    await eventually("the replay is done", () => isDelivered("second"), PATIENCE_MS, 500);

    t.diagnostic(`${expected.size} resources, ${writes} writes, ${front.requests.length} requests`);
    for (const [key, content] of once) assert.deepEqual(content, expected.get(key), key);
    for (const [key, content] of once) {
      for (const reference of referencesIn(content))
        assert.ok(once.has(reference), `${key} → ${reference}`);
    }
    // The replay wrote nothing at all: the store had every state, or a newer one.
    assert.equal(writesSeen(), writes);

    function writesSeen(): number {
      return front.requests
        .flatMap((request) => entriesOf(request) ?? [])
        .filter(({ request: { method } }) => method !== "GET").length;
    }

    /** Whether the sink has committed everything that the FHIR topics hold. */
    async function isDelivered(name: string): Promise<boolean> {
      const { status, body } = await rest(worker.url, "GET", `/connectors/${name}/offsets`);
      if (status !== 200) return false;
      const { offsets } = body as {
        offsets: {
          partition: { kafka_topic: string; kafka_partition: number };
          offset: { kafka_offset: number };
        }[];
      };
      const committed = new Map(
        offsets.map(({ partition, offset }) => [
          `${partition.kafka_topic} ${partition.kafka_partition}`,
          offset.kafka_offset,
        ]),
      );
      const next = new Map<string, number>();
      for (const [topic, records] of await pipeline.contents(/^healthcare\.fhir\./)) {
        for (const { partition, offset } of records) {
          const place = `${topic} ${partition}`;
          next.set(place, Math.max(next.get(place) ?? 0, offset + 1));
        }
      }
      return [...next].every(([place, offset]) => committed.get(place) === offset);
    }

    /** What the newest record of each resource says, by the order that the sink promises. */
    async function lastStates(): Promise<Map<string, unknown>> {
      const newest = new Map<string, { readonly order: string; readonly value: unknown }>();
      for (const [topic, records] of await pipeline.contents(/^healthcare\.fhir\./)) {
        for (const record of records) {
          const value = JSON.parse(new TextDecoder().decode(record.value ?? undefined)) as {
            resourceType: string;
            id: string;
          };
          const at = new Date(headerText(record, "event-time") ?? "").toISOString();
          const order = `${at} ${String(record.offset).padStart(16, "0")} ${record.partition} ${topic}`;
          const key = `${value.resourceType}/${value.id}`;
          const known = newest.get(key);
          if (!known || known.order < order) newest.set(key, { order, value: comparable(value) });
        }
      }
      return new Map([...newest].map(([key, { value }]) => [key, value]));
    }

    async function stored(keys: Iterable<string>): Promise<Map<string, unknown>> {
      const found = new Map<string, unknown>();
      for (const key of keys) {
        const answer = await fetch(`${server.url}/${key}`);
        assert.equal(answer.status, 200, key);
        found.set(key, comparable((await answer.json()) as object));
      }
      return found;
    }
  },
);

/** A resource without what the server and the sink add, members in order of their names. */
function comparable(resource: object): unknown {
  const { meta, extension, ...rest } = resource as {
    meta?: Record<string, unknown>;
    extension?: readonly { readonly url: string }[];
  };
  const { versionId: _version, lastUpdated: _time, source: _source, ...kept } = meta ?? {};
  const own = (extension ?? []).filter(({ url }) => url !== "urn:clinical-connect:source-version");
  return sorted({
    ...rest,
    ...(Object.keys(kept).length === 0 ? {} : { meta: kept }),
    ...(own.length === 0 ? {} : { extension: own }),
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
