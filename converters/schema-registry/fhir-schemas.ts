import { existsSync, readFileSync } from "node:fs";

const folder = new URL("../../schemas/fhir/", import.meta.url);

/** The generated schema of a resource, as it is in schemas/fhir. Undefined for data that is no FHIR resource. */
export function fhirSchemaText(value: unknown, kind: "avro" | "json"): string | undefined {
  const { resourceType } = (value ?? {}) as { resourceType?: unknown };
  if (typeof resourceType !== "string" || !/^[A-Z][A-Za-z]{1,60}$/.test(resourceType)) {
    return undefined;
  }
  const file = new URL(`${kind}/${resourceType}.${kind === "avro" ? "avsc" : "json"}`, folder);
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd() : undefined;
}
