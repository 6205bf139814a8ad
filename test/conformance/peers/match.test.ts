import assert from "node:assert/strict";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { compare } from "./differences.ts";
import type { Node } from "./match.ts";

const node = (resource: FhirResource): Node => ({
  resource,
  names: [`${resource.resourceType}/${resource.id}`],
});
const patient = (id: string, family: string): Node =>
  node({ resourceType: "Patient", id, name: [{ family }] });
const observation = (id: string, text: string, subject: string): Node =>
  node({
    resourceType: "Observation",
    id,
    status: "final",
    code: { text },
    subject: { reference: subject },
  });

const kinds = (peer: readonly Node[], ours: readonly Node[]): readonly string[] =>
  compare(peer, ours)
    .filter(({ kind }) => kind !== "same")
    .map(({ kind, path }) => `${kind} ${path}`);

test("ids do not count, in whatever order the resources come", () => {
  const peer = [patient("a", "Doe"), patient("b", "Roe"), observation("c", "x", "Patient/b")];
  const ours = [observation("3", "x", "Patient/1"), patient("1", "Roe"), patient("2", "Doe")];

  assert.deepEqual(kinds(peer, ours), []);
});

test("a reference to another resource is a difference", () => {
  const peer = [patient("a", "Doe"), patient("b", "Roe"), observation("c", "x", "Patient/b")];
  const ours = [patient("1", "Roe"), patient("2", "Doe"), observation("3", "x", "Patient/2")];

  assert.deepEqual(kinds(peer, ours), ["other Observation.subject"]);
});

test("what one side alone says, and what both say otherwise, is told apart", () => {
  const peer = [node({ resourceType: "Patient", id: "a", gender: "male", active: true })];
  const ours = [
    node({ resourceType: "Patient", id: "b", gender: "female", birthDate: "1970" }),
    node({ resourceType: "Organization", id: "c", name: "H" }),
  ];

  assert.deepEqual(kinds(peer, ours), [
    "other Patient.gender",
    "peer Patient.active",
    "ours Patient.birthDate",
    "ours Organization",
  ]);
});
