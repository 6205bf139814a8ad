import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { rest } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import type { Sent } from "../support/mllp-sender.ts";
import { headerText, openBeside } from "../support/topic-contents.ts";
import { startSite } from "./site.ts";
import type { Site } from "./site.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
const message = (id: string, rest = "PID|1||4711^^^HOSP^MR\r", type = "ADT^A01^ADT_A01") =>
  bytes(`MSH|^~\\&|LAB|HOSP|CC|CX|20260101120000||${type}|${id}|P|2.5.1\r${rest}`);

const send = (site: Site, ...payloads: readonly Uint8Array[]): Promise<Sent[]> =>
  sendAll({ port: site.port }, payloads, { connections: 1 });
/** MSA-1 and the condition codes of ERR-3. */
const outcome = ({ code, answer }: Sent): string =>
  [
    code,
    ...[...(answer ?? "").matchAll(/\rERR\|[^|]*\|[^|]*\|(\d+)/g)].map(([, text]) => text),
  ].join(" ");
const storedIds = async (site: Site): Promise<(string | undefined)[]> =>
  (await site.records()).map((record) => headerText(record, "message-control-id")).toSorted();

async function isRunning(site: Site): Promise<boolean> {
  const { body } = await rest(site.url, "GET", `/connectors/${site.connector}/status`);
  return /"tasks":\[\{[^}]*"state":"RUNNING"/.test(JSON.stringify(body));
}

async function exactlyOnceSite(t: TestContext, connector: Record<string, string> = {}) {
  const { bootstrapServers } = await kafkaForTests(t);
  return startSite(t, { bootstrapServers, isExactlyOnce: true, connector });
}

test("F16: a record that its topic refuses costs its sender a NAK, and nobody else anything", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const site = await startSite(t, {
    bootstrapServers,
    isExactlyOnce: true,
    connector: { "errors.tolerance": "all" },
  });
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const topic = { topic: `${site.prefix}data.adt`, config: { "max.message.bytes": "20000" } };
  await log.admin.createTopics([topic]);
  const large = message("LARGE", `PID|1||4711^^^HOSP^MR\rNTE|1||${"x".repeat(100_000)}\r`);

  const sent = await send(site, message("A"), large, message("B"), large, message("C"));

  assert.deepEqual(sent.map(outcome), ["AA", "AE 207", "AA", "AE 207", "AA"]);
  assert.deepEqual(await storedIds(site), ["A", "B", "C"]);
  assert.ok(await isRunning(site));
});

test("F17: a message that a transformation drops is never AA, not when it comes again after a crash either", async (t) => {
  const site = await exactlyOnceSite(t, {
    "errors.tolerance": "all",
    transforms: "drop",
    "transforms.drop.type": "org.apache.kafka.connect.transforms.Filter",
    "transforms.drop.predicate": "isMerge",
    predicates: "isMerge",
    "predicates.isMerge.type": "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
    "predicates.isMerge.name": "prior-patient-id",
  });
  const merge = message("MERGE", "PID|1||4711^^^HOSP^MR\rMRG|4712^^^HOSP^MR\r", "ADT^A40^ADT_A39");

  // All three in one transaction, or in two: the offset of a later one must not know the dropped one.
  const sent = await sendAll({ port: site.port }, [message("A"), merge, message("B")], {
    connections: 3,
  });
  assert.deepEqual(sent.map(outcome), ["AA", "AR 207", "AA"]);
  assert.deepEqual((await send(site, merge)).map(outcome), ["AR 207"]);
  await site.kill();
  await site.start();

  assert.deepEqual((await send(site, merge, message("B"))).map(outcome), ["AR 207", "AA"]);
  assert.deepEqual(await storedIds(site), ["A", "B"]);
});

test("F27, F28: one record for each message, whenever and wherever it comes again; a reused id is another one", async (t) => {
  const site = await exactlyOnceSite(t);
  const other = message("M1", "PID|1||9999^^^HOSP^MR\r");

  const [first] = await send(site, message("M1"));
  const [again] = await send(site, message("M1"));
  const twins = await sendAll({ port: site.port }, [message("M2"), message("M2"), message("M2")], {
    connections: 3,
  });
  const reused = await send(site, other, other, message("M1"));
  await site.kill();
  await site.start();
  const afterwards = await send(site, message("M1"), message("M2"), other);

  const all = [first, again, ...twins, ...reused, ...afterwards] as Sent[];
  assert.deepEqual(new Set(all.map(outcome)), new Set(["AA"]));
  const records = await site.records();
  assert.deepEqual(await storedIds(site), ["M1", "M1", "M2"]);
  const marked = records.filter((record) => headerText(record, "hl7.control-id-reused") === "true");
  assert.deepEqual(
    marked.map(({ value }) => Buffer.from(value ?? []).toString("latin1")),
    [Buffer.from(other).toString("latin1")],
  );
});

test("F37: what a sender writes into MSH-9 makes no topic but those that are allowed", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const site = await startSite(t, {
    bootstrapServers,
    isExactlyOnce: true,
    connector: { "topic.allowed": "adt,oru,m*" },
  });
  const types = [
    "../../x^A01",
    "A T^A01",
    "A".repeat(300),
    "\u00c4DT^A01",
    "quarantine",
    "__proto__",
    "constructor^x",
    "adt.x",
    "ORM^O01",
    "%s%n",
    "",
  ];

  const sent = await send(
    site,
    ...types.map((type, index) => message(`BAD${index}`, undefined, type)),
    message("GOOD", undefined, "MDM^T02"),
  );

  assert.deepEqual(new Set(sent.slice(0, -1).map(outcome)), new Set(["AR 200"]));
  assert.equal(sent.at(-1)?.code, "AA");
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const topics = (await log.admin.listTopics()).filter((topic) => topic.startsWith(site.prefix));
  assert.deepEqual(topics.map((topic) => topic.slice(site.prefix.length)).toSorted(), [
    "configs",
    "data.mdm",
    "offsets",
    "refused",
    "status",
  ]);
  assert.equal((await site.refusedRecords()).length, types.length);
});

test("F23: HL7 that is made to hurt is answered, within bounds", async (t) => {
  const site = await exactlyOnceSite(t, { "mllp.validation.level": "2" });
  const pid = "PID|1||4711^^^HOSP^MR\r";
  const hostile: readonly (readonly [what: string, payload: Uint8Array, expected: RegExp])[] = [
    ["letters for delimiters", bytes("MSHaABCD\rPID\r"), /^AR 100/],
    ["equal delimiters", bytes("MSH|^^^^|a|b\r"), /^AR 100/],
    ["no fields", bytes("MSH|^~\\&\r"), /^AR 200/],
    ["100,000 repetitions", message("REP", `PID|1||${"1^^^A^MR~".repeat(100_000)}\r`), /^A[AE]/],
    ["100,000 segments", message("SEG", `${pid}${"NTE|1||x\r".repeat(100_000)}`), /^A[AE]/],
    ["100,000 sub-components", message("SUB", `PID|1||${"a&".repeat(100_000)}^^^H^MR\r`), /^A[AE]/],
    ["100,000 escapes", message("ESC", `${pid}NTE|1||${"\\X41\\".repeat(100_000)}\r`), /^A[AE]/],
    ["NUL bytes", message("NUL", `${pid}NTE|1||\0\0\0\r`), /^A[AE]/],
    ["a control id of 1 MB", message("I".repeat(1_000_000)), /^AE 104/],
  ];

  for (const [what, payload, expected] of hostile) {
    const startedAt = performance.now();
    const [sent] = await send(site, payload);
    const tookMs = performance.now() - startedAt;
    assert.match(outcome(sent as Sent), expected, what);
    assert.ok(tookMs < 5000, `${what}: ${tookMs} ms`);
  }
  assert.ok(await isRunning(site));
  assert.equal(
    (await send(site, message("AFTER", `EVN|A01|20260101\r${pid}PV1|1|I\r`)))[0]?.code,
    "AA",
  );
});
