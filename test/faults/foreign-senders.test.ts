import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { sendWithHapi } from "../servers/hapi-mllp.ts";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { ServerMissingError } from "../servers/maven-jars.ts";
import { pythonWith } from "../servers/python-packages.ts";
import { startSite } from "./site.ts";

// Senders that somebody else wrote, on a worker with the real Kafka, exactly once. The short form, without Kafka and with
// those from npm alone, is connectors/mllp-source/foreign-senders.test.ts.

const isLong = process.env["FAULTS"] === "long";
const COUNT = 50;
const NOTE_BYTES = 200_000;

async function run(t: TestContext, program: string, args: readonly (string | number)[]) {
  const sender = spawn(program, args.map(String), { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => sender.kill("SIGKILL"));
  return (await text(sender.stdout)).trim().split("\n");
}

function pythonSender(t: TestContext, port: number): Promise<string[]> {
  let python: string;
  try {
    python = pythonWith("python-hl7-0.4.5", ["hl7==0.4.5"]);
  } catch (error) {
    if (error instanceof ServerMissingError && !process.env["CI"]) {
      t.skip(`NOT RUN with python-hl7: ${error.message}`);
    }
    throw error;
  }
  return run(t, python, ["test/senders/python_sender.py", port, COUNT, NOTE_BYTES]);
}

const npmSender = (name: string) => (t: TestContext, port: number) =>
  run(t, process.execPath, ["test/senders/npm-sender.ts", name, port, COUNT, NOTE_BYTES]);

const senders: readonly (readonly [
  name: string,
  send: (t: TestContext, port: number) => Promise<string[]>,
])[] = [
  ["HAPI", (t, port) => sendWithHapi(t, port, { count: COUNT, bytes: NOTE_BYTES })],
  ["python-hl7", pythonSender],
  ...["@medplum/hl7", "node-hl7-client", "mllp-node", "simple-hl7"].map(
    (name) => [name, npmSender(name)] as const,
  ),
];

for (const [name, send] of isLong ? senders : []) {
  test(`${name}: ${COUNT} messages are answered AA, each stored once`, async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const site = await startSite(t, { bootstrapServers, isExactlyOnce: true });

    const answers = await send(t, site.port);

    const ids = Array.from({ length: COUNT }, (_, nth) =>
      name === "HAPI" ? `HAPI${nth}` : `${name}-${nth}`,
    );
    assert.deepEqual(
      answers,
      ids.map((id) => `AA\t${id}`),
    );
    const stored = (await site.records()).map(
      ({ value }) =>
        Buffer.from(value ?? [])
          .toString("latin1")
          .split("|")[9],
    );
    assert.deepEqual(stored.toSorted(), ids.toSorted());
  });
}
