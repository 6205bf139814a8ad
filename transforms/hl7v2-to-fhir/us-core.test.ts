import assert from "node:assert/strict";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { parseMessage } from "#lib/hl7v2";
import { convertMessage } from "./library.ts";

const HEAD = "MSH|^~\\&|A|B|C|D|20260101||";
const PID = "PID|1||1^^^H^MR||Doe^Jane||19700101|F\r";

function usCore<T extends FhirResource["resourceType"]>(text: string, type: T) {
  const result = convertMessage(parseMessage(text), {
    timeZone: "UTC",
    receivedAt: "2026-01-01T00:00:00.000Z",
    profile: "us-core",
  });
  assert.ok("made" in result);
  const found = result.made.find(({ resource }) => resource.resourceType === type)?.resource;
  return found as Extract<FhirResource, { resourceType: T }>;
}

test("an identifier of a local authority has a data-absent-reason for the system that US Core demands", () => {
  const encounter = usCore(
    `${HEAD}ADT^A01^ADT_A01|1|P|2.5.1\r${PID}PV1|1|I|||||||||||||||||V1\r`,
    "Encounter",
  );

  assert.ok("_system" in (encounter.identifier?.[0] ?? {}));
  assert.match(encounter.meta?.profile?.[0] ?? "", /us-core-encounter$/);
});

test("a document of a local type is of the null flavour UNK as well", () => {
  const document = usCore(
    `${HEAD}MDM^T02^MDM_T02|1|P|2.5.1\r${PID}PV1|1|I\rTXA|1|HP|TX\rOBX|1|TX|X||text\r`,
    "DocumentReference",
  );

  assert.deepEqual(
    document.type?.coding?.map(({ code }) => code),
    ["HP", "UNK"],
  );
});

test("a coverage that names no member does not claim the profile", () => {
  const coverage = usCore(`${HEAD}ADT^A01^ADT_A01|1|P|2.5.1\r${PID}IN1|1|P|77|Payer\r`, "Coverage");

  assert.equal(coverage.meta?.profile, undefined);
});
