import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { hl7TerminologyFolder } from "./hl7-terminology.ts";
import { mavenJars } from "./maven-jars.ts";

/** Pinned: HAPI FHIR's instance validator, with HL7's definitions of R4 in a jar. */
export const HAPI_FHIR_VERSION = "8.8.0";

const source = fileURLToPath(new URL("hapi-validator/ValidateResources.java", import.meta.url));

/** One error of the validator. `text` may quote the resource, so it is for tests with invented patients only. */
export interface HapiFinding {
  readonly severity: string;
  readonly location: string;
  readonly text: string;
}

function validatorJars(): string {
  return mavenJars(
    `hapi-fhir-validator-${HAPI_FHIR_VERSION}`,
    ["validation", "structures-r4", "validation-resources-r4", "caching-caffeine"].map(
      (part) => `ca.uhn.hapi.fhir:hapi-fhir-${part}:${HAPI_FHIR_VERSION}`,
    ),
  );
}

/**
 * The errors of each resource (R4, as JSON), in the order given: an independent judge, in Java and offline, so code
 * systems that HL7 does not define (LOINC, SNOMED CT) are not looked up. Some 7 ms for each on two cores, and 10 s to
 * start. `profiles` is a folder of definitions (StructureDefinition, ValueSet, CodeSystem as JSON) for resources that claim
 * profiles. Throws ServerMissingError without Java or Maven.
 */
export async function validateWithHapi(
  resources: readonly string[],
  profiles?: string,
): Promise<readonly (readonly HapiFinding[])[]> {
  const jars = validatorJars();
  const folders = [hl7TerminologyFolder(), ...(profiles === undefined ? [] : [profiles])];
  const java = spawn("java", ["-Xmx1g", "-cp", `${jars}/*`, source, ...folders], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  java.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A validator that ends early is told by its exit code.
  java.stdin.on("error", () => {});
  java.stdin.end(resources.map((resource) => `${resource}\n`).join(""));
  const [code] = (await once(java, "close")) as [number | null];
  const lines = Buffer.concat(chunks).toString("utf8").split("\n").slice(0, -1);
  if (code !== 0 || lines.length !== resources.length) {
    throw new Error(
      `HAPI's validator ended with ${code} after ${lines.length} of ${resources.length}`,
    );
  }
  return lines.map((line) => (line === "" ? [] : line.split("\u001E").map(findingOf)));
}

function findingOf(text: string): HapiFinding {
  const [severity = "", location = "", message = ""] = text.split("\t");
  return { severity, location, text: message };
}
