import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigDef } from "#connect-api";
import type { Props } from "#connect-api";
import { configDef } from "./config.ts";
import { admit, bytes } from "./fixtures/task-harness.ts";
import { Exchange } from "./exchange.ts";
import { Intake } from "./intake.ts";
import { messageRecord } from "./message-record.ts";

const RECEIVED_AT = 1_767_225_600_000;

const exchangeOf = (payload: Uint8Array): Exchange =>
  new Exchange(
    {
      payload,
      receivedAt: RECEIVED_AT,
      dueAt: Infinity,
      sequence: 0,
      origin: { address: "192.0.2.1", identity: undefined, maySpeakFor: () => true },
      framing: undefined,
    },
    () => {},
  );

/** The record of a message, and why it was refused if it was. */
function recordOf(payload: Uint8Array, props: Props = {}) {
  const config = configDef.parse({ "mllp.port": "0", ...props });
  const intake = new Intake(config);
  const exchange = exchangeOf(payload);
  const { verdict, parts } = intake.judge(exchange);
  const [part] = parts;
  const record = part
    ? messageRecord(
        part,
        exchange,
        {
          listener: "mllp",
          preference: {
            types: config["patient.id.types"],
            authorities: config["patient.id.authorities"],
          },
          messageTimeBoundMs:
            config["record.timestamp"] === "message"
              ? config["record.timestamp.bound.ms"]
              : undefined,
        },
        { sha256: "", isSuspect: false, isIdReused: false, position: undefined },
      )
    : intake.quarantine(exchange, verdict.refusal as NonNullable<typeof verdict.refusal>);
  const headers = new Map([...record.headers].map(({ key, value }) => [key, value]));
  return { record, refusal: verdict.refusal, headers };
}

/** A message with that MSH, field separator and encoding characters included. */
const message = (msh: string, rest = ""): Uint8Array => bytes(`${msh}\r${rest}`);

test("the settings are a definition with one required key, the port", () => {
  assert.ok(configDef instanceof ConfigDef);
  assert.throws(() => configDef.parse({}), { name: "ConfigError", key: "mllp.port" });
  assert.doesNotThrow(() => configDef.parse({ "mllp.port": "2575" }));
});

const topics: readonly (readonly [what: string, msh: string, topic: string])[] = [
  ["a message code in lower case", "MSH|^~\\&|||||||adt^A01|1", "healthcare.hl7v2.adt"],
  ["a message code alone", "MSH|^~\\&|||||||ACK|1", "healthcare.hl7v2.ack"],
  ["a message of other delimiters", "MSH$%!@*$$$$$$$ORU%R01$1", "healthcare.hl7v2.oru"],
  ["a code of the sender's own", "MSH|^~\\&|||||||ZDT^Z01|1", "healthcare.hl7v2.zdt"],
];

for (const [what, msh, topic] of topics) {
  test(`${what} gives the topic ${topic}`, () => {
    assert.equal(recordOf(message(msh)).record.topic, topic);
  });
}

const refusedCodes: readonly (readonly [what: string, msh9: string])[] = [
  ["empty", ""],
  ["with a slash", "ADT/../x^A01"],
  ["with a blank", "A T^A01"],
  ["with an escape that hides a dot", "\\X2E2E\\^A01"],
  ["with a letter that topics do not allow", "\u00c4DT^A01"],
  ["of 300 letters", `${"A".repeat(300)}^A01`],
  ["that names the quarantine", "Quarantine^A01"],
  ["that names the dead letter queue", "DLQ^A01"],
];

for (const [what, msh9] of refusedCodes) {
  test(`a message code ${what} makes no topic: quarantine, AR 200 at MSH-9`, () => {
    const { record, refusal, headers } = recordOf(message(`MSH|^~\\&|||||||${msh9}|1|P|2.5`));

    assert.equal(record.topic, "healthcare.hl7v2.quarantine");
    assert.equal(record.key, null);
    assert.equal(refusal?.ack, "AR");
    assert.equal(refusal.condition, "200");
    assert.equal(headers.get("quarantine-position"), "MSH-9");
  });
}

const keys: readonly (readonly [what: string, pid: string, key: string])[] = [
  ["the id of the type wanted most", "PID|1||1^^^A^PI~2^^^A^MR", "2"],
  ["the first id that has a value", 'PID|1||^^^A^MR~""^^^A^MR~3^^^A^SS', "3"],
  ["leading zeros kept", "PID|1||000123^^^A^MR", "000123"],
  ["escapes decoded", "PID|1||A\\T\\B^^^H^MR", "A&B"],
  ["the first sub-component", "PID|1||77&x^^^H^MR", "77"],
  ["not that of another segment's name", "PIDX|1||9^^^H^MR\rPID|1||8^^^H^MR", "8"],
];

for (const [what, pid, key] of keys) {
  test(`the key from PID-3: ${what}`, () => {
    assert.equal(recordOf(admit("M1", `${pid}\r`)).record.key, key);
  });
}

test("other types of id can be wanted", () => {
  const message = admit("M1", "PID|1||1^^^A^MR~2^^^A^NI\r");

  assert.equal(recordOf(message, { "patient.id.types": "NI" }).record.key, "2");
});

test("a message with no id at all, not even MSH-10, has no key", () => {
  assert.equal(recordOf(message("MSH|^~\\&|||||||ADT^A01")).record.key, null);
});

const events: readonly (readonly [what: string, evn: string, msh7: string, time: string])[] = [
  ["EVN-2 with its zone", "EVN||20260101115500.5-0500", "2026", "2026-01-01T11:55:00.5-05:00"],
  ["MSH-7 without EVN-2", "EVN|A01", "202601011200", "2026-01-01T12:00"],
  ["a date stays a date", "EVN||20260101", "2026", "2026-01-01"],
];

for (const [what, evn, msh7, time] of events) {
  test(`event-time: ${what}`, () => {
    const payload = message(`MSH|^~\\&|||||${msh7}||ADT^A01|1|P|2.5`, `${evn}\r`);

    assert.equal(recordOf(payload).headers.get("event-time"), time);
  });
}

test("a time that cannot be read is left out and refuses nothing", () => {
  const { headers, refusal } = recordOf(message("MSH|^~\\&|||||yesterday||ADT^A01|1|P|2.5"));

  assert.equal(refusal, undefined);
  assert.equal(headers.has("event-time"), false);
});

test("source-system is the application and the facility, or what there is of them", () => {
  const sourceOf = (msh3: string, msh4: string): unknown =>
    recordOf(message(`MSH|^~\\&|${msh3}|${msh4}|||1||ADT^A01|1`)).headers.get("source-system");

  assert.equal(sourceOf("LAB^1.2.3^ISO", "HOSP"), "LAB|HOSP");
  assert.equal(sourceOf("", "HOSP"), "HOSP");
  assert.equal(sourceOf("", ""), undefined);
});

const times: readonly (readonly [what: string, msh7: string, timestamp: number])[] = [
  ["MSH-7 with its zone", "20260101005950+0100", RECEIVED_AT - 10_000],
  ["MSH-7 with a fraction", "20251231235950.5+0000", RECEIVED_AT - 9500],
  ["the time of receipt when MSH-7 has no zone", "20260101000000", RECEIVED_AT],
  ["the time of receipt when MSH-7 is out of bounds", "20250101000000+0000", RECEIVED_AT],
  ["the time of receipt when MSH-7 cannot be read", "today", RECEIVED_AT],
];

for (const [what, msh7, timestamp] of times) {
  test(`record.timestamp=message: ${what}`, () => {
    const payload = message(`MSH|^~\\&|||||${msh7}||ADT^A01|1|P|2.5`);

    assert.equal(recordOf(payload, { "record.timestamp": "message" }).record.timestamp, timestamp);
    assert.equal(recordOf(payload).record.timestamp, RECEIVED_AT);
  });
}

test("every byte from 00 to FF stays as it came", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const payload = Buffer.concat([admit("M1"), bytes("ZZZ|"), all, bytes("\r\n\r")]);

  assert.deepEqual(recordOf(payload).record.value, payload);
});

test("topic prefix and quarantine topic can be set", () => {
  const props = { "topic.prefix": "north.", "quarantine.topic": "north.refused" };

  assert.equal(recordOf(admit("M1"), props).record.topic, "north.adt");
  assert.equal(recordOf(bytes("hello"), props).record.topic, "north.refused");
});

test("what quarantine says about a message is code, reason and place, none of its values", () => {
  const payload = admit("CANARY", "NTE|1||CANARY\r");
  const { record } = recordOf(payload, { "mllp.validation.level": "2" });
  const told = [...record.headers].map(({ key, value }) => `${key}=${String(value)}`).join("\n");

  assert.equal(record.topic, "healthcare.hl7v2.quarantine");
  assert.match(told, /quarantine-code=MESSAGE_INVALID/);
  assert.ok(!told.includes("CANARY"));
});

test("R15: level 3 checks the rules of a profile at the door, and the answer names the place", () => {
  const props = {
    "mllp.validation.level": "3",
    "mllp.validation.profile": "schemas/hl7v2/profiles/northmere-adt.json",
  };
  const intake = new Intake(configDef.parse({ "mllp.port": "0", ...props }));

  const { verdict, parts } = intake.judge(exchangeOf(admit("M1")));

  assert.equal(parts.length, 0);
  assert.equal(verdict.refusal?.code, "MESSAGE_INVALID");
  assert.equal(verdict.refusal?.ack, "AE");
  assert.match(verdict.refusal?.position ?? "", /^[A-Z][A-Z0-9]{2}/);
  assert.throws(
    () => new Intake(configDef.parse({ "mllp.port": "0", "mllp.validation.level": "3" })),
    { key: "mllp.validation.profile" },
  );
});
