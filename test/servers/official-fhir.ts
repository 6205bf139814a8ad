import type { TestContext } from "node:test";
import { fhirPackage } from "./fhir-package.ts";
import { ServerMissingError } from "./kafka-jars.ts";

/** The folder of the official FHIR package; undefined, and loudly, when it cannot be had. In CI that is a failure. */
export function officialFhir(t: TestContext): string | undefined {
  try {
    return fhirPackage();
  } catch (error) {
    if (!(error instanceof ServerMissingError) || process.env["CI"]) throw error;
    process.stderr.write(`✖ A test on the official FHIR package is LEFT OUT: ${error.message}\n`);
    t.skip(error.message);
    return undefined;
  }
}
