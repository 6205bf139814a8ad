import {
  backboneName,
  elementTree,
  hasPrimitiveElement,
  isPrimitive,
  jsonNames,
} from "./definitions.ts";
import type { FhirDefinitions, FhirNode } from "./definitions.ts";

export const FHIR_NAMESPACE = "com.mdatool.healthcare.fhir";

/** Elements that hold a whole resource of any type: kept as JSON text. */
const ANY_RESOURCE = "Resource";
const INT_TYPES: ReadonlySet<string> = new Set(["integer", "positiveInt", "unsignedInt"]);

/**
 * The Avro schema of a resource, without loss and readable by FHIR's own names:
 *
 * - record `FHIR` + type; data types and backbone elements are records of their own (`FHIRPatient_Contact`)
 * - every element is nullable with default null, but resourceType, whose default is the type
 * - boolean → boolean; integer, positiveInt, unsignedInt → int; every other primitive → string, so that dates keep
 *   their precision and decimals (`"fhir.type":"decimal"`) their digits
 * - `value[x]` → one nullable field per type; `_name` → record FHIRElement beside each primitive
 * - contained resources → JSON text (`"fhir.json":true`), because a resource may hold any other
 *
 * The result is plain JSON with members in a fixed order.
 */
export function avroOfResource(definitions: FhirDefinitions, resource: string): object {
  const written = new Set<string>();

  const record = (name: string, fields: () => readonly object[], extra: object = {}): unknown => {
    const recordName = `FHIR${name}`;
    if (written.has(recordName)) return recordName;
    written.add(recordName);
    const isRoot = name === resource;
    return {
      type: "record",
      name: recordName,
      ...(isRoot ? { namespace: FHIR_NAMESPACE, ...extra } : {}),
      fields: fields(),
    };
  };

  const dataType = (type: string): unknown => {
    if (type === "xhtml" || !isPrimitive(type)) {
      return type === "xhtml"
        ? "string"
        : record(type, () => fieldsOf(type, elementTree(typeNamed(type)), ""));
    }
    if (type === "boolean") return "boolean";
    if (INT_TYPES.has(type)) return "int";
    return type === "decimal" ? { type: "string", "fhir.type": "decimal" } : "string";
  };

  const typeNamed = (type: string) => {
    const found = definitions.types[type];
    if (!found) throw new TypeError(`There is no definition of ${type}`);
    return found;
  };

  const valueType = (holder: string, element: FhirNode, type: string): unknown => {
    if (element.sameAs !== undefined) return `FHIR${backboneName(holder, element.sameAs)}`;
    if (element.children.length > 0) {
      const name = backboneName(holder, element.path);
      return record(name, () => fieldsOf(holder, element.children, element.path));
    }
    return type === ANY_RESOURCE ? { type: "string", "fhir.json": true } : dataType(type);
  };

  const fieldsOf = (
    holder: string,
    elements: readonly FhirNode[],
    _path: string,
  ): readonly object[] =>
    elements.flatMap((element) =>
      jsonNames(element).flatMap(([name, type]): object[] => {
        const value = valueType(holder, element, type);
        const isPlain = isPrimitive(type) && type !== "";
        const items = isPlain ? ["null", value] : value;
        const field = nullable(name, element.isMany ? { type: "array", items } : value);
        if (!hasPrimitiveElement(name, type, holder)) return [field];
        const extra = dataType("Element");
        const sibling = element.isMany ? { type: "array", items: ["null", extra] } : extra;
        return [field, nullable(`_${name}`, sibling)];
      }),
    );

  return record(
    resource,
    () => [
      { name: "resourceType", type: "string", default: resource },
      ...fieldsOf(resource, elementTree(typeNamed(resource)), ""),
    ],
    {
      "fhir.version": definitions.version,
      "fhir.url": `http://hl7.org/fhir/StructureDefinition/${resource}`,
    },
  ) as object;
}

function nullable(name: string, type: unknown): object {
  return { name, type: ["null", type], default: null };
}
