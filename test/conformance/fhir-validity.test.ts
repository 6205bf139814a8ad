import assert from "node:assert/strict";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { danglingReferences, medplumFindings, ownFindings } from "./judges.ts";
import { outputOf, sampleOutputs, samplesFolder } from "./samples.ts";
import type { Output } from "./samples.ts";

// Every output is checked by the product's own validation and by an independent one (@medplum/core), and nothing may
// refer to what the message did not give.

function findingsOf(outputs: Iterable<Output>): {
  readonly findings: readonly (readonly [string, number])[];
  readonly resources: number;
} {
  const counts = new Map<string, number>();
  const note = (finding: string): void => {
    const key = finding.replaceAll(/\[\d+\]/g, "");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  let count = 0;
  for (const { resources } of outputs) {
    for (const resource of resources) {
      for (const finding of ownFindings(resource)) note(`own: ${finding}`);
      for (const finding of medplumFindings(JSON.stringify(resource))) note(`medplum: ${finding}`);
    }
    for (const place of danglingReferences(resources)) note(`dangling: ${place}`);
    count += resources.length;
  }
  return { findings: [...counts], resources: count };
}

test("every resource of the synthetic hospital passes, and nothing refers to what is not there", () => {
  const messages = [...generateMessages({ seed: 21, count: 400 })];
  const { findings, resources } = findingsOf(
    messages.map((bytes, index) => outputOf(`${index}`, bytes)),
  );

  assert.deepEqual(findings, []);
  assert.ok(resources > 3000);
});

const folder = samplesFolder();
const skip =
  folder === undefined && "CLINICAL_DATA is not set: the sample messages were NOT checked";

test(
  "every resource made of the sample messages passes, and so do its references",
  { skip },
  (t) => {
    const { findings, resources } = findingsOf(sampleOutputs(folder ?? ""));

    t.diagnostic(`${resources} resources checked`);
    assert.deepEqual(findings, []);
  },
);
