import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { validateWithHapi } from "../servers/hapi-validator.ts";
import { ServerMissingError } from "../servers/maven-jars.ts";
import { shapeOf } from "./judges.ts";
import { outputOf } from "./samples.ts";

// HAPI's validator needs Java, Maven and 10 to 40 seconds; every resource of every sample goes through it in
// `npm run test:conformance`.

const RESOURCES_MAX = 300;

test("HAPI's instance validator finds no error in one resource of each shape", async (t) => {
  const shapes = new Map<string, string>();
  const messages = [...generateMessages({ seed: 5, count: 300 })];
  for (const [index, bytes] of messages.entries()) {
    for (const resource of outputOf(`${index}`, bytes).resources) {
      const shape = shapeOf(resource);
      if (shapes.size < RESOURCES_MAX && !shapes.has(shape)) {
        shapes.set(shape, JSON.stringify(resource));
      }
    }
  }
  const resources = [...shapes.values()];
  try {
    const findings = (await validateWithHapi(resources)).flat();

    t.diagnostic(`${resources.length} resources`);
    assert.deepEqual(
      findings.map(({ location, text }) => `${location}: ${text}`),
      [],
    );
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    t.skip(`NOT CHECKED by HAPI's validator: ${error.message}`);
  }
});

test("the code systems that are committed are those that HL7 publishes", (t) => {
  try {
    execFileSync(process.execPath, ["scripts/generate-code-systems.ts", "--check"]);
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 1 || process.env["CI"]) throw error;
    t.skip("NOT COMPARED: HL7's code systems could not be fetched");
  }
});
