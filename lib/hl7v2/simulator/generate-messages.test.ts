import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { parseMessage, validateMessage } from "../index.ts";
import { generateMessages } from "./generate-messages.ts";

const messages = [...generateMessages({ seed: 42, count: 3000 })];
const parsed = messages.map((bytes) => parseMessage(bytes));

test("the same seed gives the same bytes, here and on any machine", () => {
  const hash = createHash("sha256");
  for (const message of generateMessages({ seed: 42, count: 100 })) hash.update(message);

  assert.equal(hash.digest("hex").slice(0, 16), "9c39f5e3b94711ff");
});

test("another seed gives another hospital", () => {
  const [other] = generateMessages({ seed: 43, count: 1 });

  assert.notDeepEqual(other, messages[0]);
});

test("every message is valid, and has an id of its own", () => {
  for (const message of parsed) assert.deepEqual(validateMessage(message, 2), []);
  assert.equal(new Set(parsed.map(({ header }) => header.messageControlId)).size, parsed.length);
});

test("all trigger events of the pipeline occur", () => {
  const events = new Set(
    parsed.map(({ header }) => `${header.messageCode}^${header.triggerEvent}`),
  );

  assert.deepEqual([...events].toSorted(), [
    "ADT^A01",
    "ADT^A02",
    "ADT^A03",
    "ADT^A04",
    "ADT^A08",
    "ADT^A11",
    "ADT^A13",
    "ADT^A28",
    "ADT^A31",
    "ADT^A40",
    "ORM^O01",
    "ORU^R01",
  ]);
});

test("a patient's story makes sense: no transfer or discharge without a visit, no result without its order", () => {
  const inHouse = new Map<string, string>();
  const orders = new Set<string>();
  for (const message of parsed) {
    const event = message.header.triggerEvent;
    const patient = message.get("PID-3") ?? "";
    const visit = message.get("PV1-19") ?? "";
    if (["A01", "A04", "A13"].includes(event)) inHouse.set(patient, visit);
    if (["A02", "A03", "A08", "A11"].includes(event)) assert.equal(inHouse.get(patient), visit);
    if (["A03", "A11"].includes(event)) inHouse.delete(patient);
    if (event === "O01") orders.add(message.get("ORC-2") ?? "");
    if (event === "R01") assert.ok(orders.has(message.get("ORC-2") ?? ""));
  }
});
