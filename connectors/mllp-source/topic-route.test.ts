import assert from "node:assert/strict";
import { test } from "node:test";
import type { Props } from "#connect-api";
import { readHeader } from "#lib/hl7v2";
import { configDef } from "./config.ts";
import { bytes } from "./fixtures/task-harness.ts";
import { patientKey, priorPatientId } from "./patient-key.ts";
import { TopicRoute } from "./topic-route.ts";

const header = (type: string) =>
  readHeader(bytes(`MSH|^~\\&|LAB|HOSP|CC|CX|1||${type}|M1|P|2.5.1\r`));
const routeOf = (type: string, props: Props = {}) =>
  new TopicRoute(configDef.parse({ "mllp.port": "0", "topic.prefix": "x.", ...props })).of(
    header(type),
  );

test("R16: the topic is made by the template, within the allow-list, else it is the fallback", () => {
  assert.equal(
    routeOf("ADT^A01^ADT_A01", { "topic.template": "{MSH-9.1}.{MSH-9.2}" }),
    "x.adt.a01",
  );
  assert.equal(
    routeOf("ADT^A01", { "topic.template": "{MSH-4}-{MSH-9.1}.v{MSH-12}" }),
    "x.hosp-adt.v2-5-1",
  );
  assert.equal(routeOf("ADT^A01", { "topic.allowed": "oru,ad*" }), "x.adt");
  assert.equal(routeOf("SIU^S12", { "topic.allowed": "oru", "topic.fallback": "rest" }), "rest");
  assert.equal(routeOf("../x", { "topic.fallback": "rest" }), "rest");
  assert.deepEqual(
    [routeOf("SIU^S12", { "topic.allowed": "oru" })].map((route) =>
      typeof route === "string" ? route : route.code,
    ),
    ["TOPIC_NOT_ALLOWED"],
  );
});

test("R16: a template that names an unknown field says which there are", () => {
  for (const template of ["{MSH-99}", "{PID-3}", "a b", "{__proto__}", "{MSH-9.1"]) {
    assert.throws(() => routeOf("ADT", { "topic.template": template }), {
      name: "ConfigError",
      key: "topic.template",
      message: /\{MSH-9\.1\}/,
    });
  }
});

test("R16: a patient's id of a wanted authority comes before all others, by name or by OID", () => {
  const payload = bytes(
    "MSH|^~\\&|LAB|HOSP|CC|CX|1||ADT^A40|M1|P|2.5.1\rPID|1||1^^^A^MR~2^^^B&1.2.3&ISO^PI~3^^^B&1.2.3&ISO^MR\rMRG|8^^^A^MR~9^^^B&1.2.3&ISO^MR\r",
  );
  const keyOf = (types: readonly string[], authorities: readonly string[]) =>
    patientKey(payload, readHeader(payload), { types, authorities });

  assert.equal(keyOf(["MR"], []), "1");
  assert.equal(keyOf(["MR", "PI"], ["B"]), "3");
  assert.equal(keyOf(["PI", "MR"], ["1.2.3"]), "2");
  assert.equal(keyOf(["XX"], ["B"]), "2");
  assert.equal(keyOf(["MR"], ["UNKNOWN"]), "1");
  assert.equal(
    priorPatientId(payload, readHeader(payload), { types: ["MR"], authorities: ["B"] }),
    "9",
  );
});
