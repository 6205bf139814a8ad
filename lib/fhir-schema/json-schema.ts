import {
  backboneName,
  elementTree,
  hasPrimitiveElement,
  isPrimitive,
  jsonNames,
} from "./definitions.ts";
import type { FhirDefinitions, FhirNode, FhirType } from "./definitions.ts";

type Schema = Record<string, unknown>;

const YEAR = "[0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000";
const LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
/** A day that the calendar has, the 29th of February in leap years only. */
const DAY =
  `((${YEAR})-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))` +
  `|${LEAP_YEAR}-02-29)`;
const MONTH = `((${YEAR})(-(0[1-9]|1[0-2]))?)`;
const TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?";
const ZONE = "(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))";
/**
 * Anything but control characters, with at least one that is no white space. The regular expressions of every registry know `\x00`;
 * Go's do not know `\u0000`.
 */
const TEXT = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]*\\S[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]*$";

const matching = (pattern: string): Schema => ({ type: "string", pattern });

/** JSON Schemas of the primitive types. Source: FHIR R4, "Data Types", table of primitive types. */
const PRIMITIVES: Readonly<Record<string, Schema>> = {
  base64Binary: matching("^([0-9A-Za-z+/]{4}\\s*)*([0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?\\s*$"),
  boolean: { type: "boolean" },
  canonical: matching("^\\S+$"),
  code: matching("^[^\\s]+(\\s[^\\s]+)*$"),
  date: matching(`^(${MONTH}|${DAY})$`),
  dateTime: matching(`^(${MONTH}|${DAY}(T${TIME}${ZONE})?)$`),
  decimal: { type: "number" },
  id: matching("^[A-Za-z0-9.-]{1,64}$"),
  instant: matching(`^${DAY}T${TIME}${ZONE}$`),
  integer: { type: "integer", minimum: -2147483648, maximum: 2147483647 },
  markdown: matching(TEXT),
  oid: matching("^urn:oid:[0-2](\\.(0|[1-9][0-9]*))+$"),
  positiveInt: { type: "integer", minimum: 1, maximum: 2147483647 },
  string: matching(TEXT),
  time: matching(`^${TIME}$`),
  unsignedInt: { type: "integer", minimum: 0, maximum: 2147483647 },
  uri: matching("^\\S+$"),
  url: matching("^\\S+$"),
  uuid: matching("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
  xhtml: { type: "string", minLength: 1 },
};

/**
 * The strict JSON Schema (draft-07) of a resource, closed and complete in itself:
 *
 * - no element that FHIR does not know, and none that must be there missing; a required primitive may be replaced by
 *   its extension (`_name`)
 * - codes of required bindings, calendar dates, ranges of whole numbers, lists and objects that are not empty
 * - `fhirChoice` names the elements of which one at most may be there. It is an annotation: validators that do not
 *   know it leave that one rule out
 * - `fhirResource` marks what holds any resource (contained): only its type is asked for here
 *
 * Left out: invariants, reference targets, bindings that are not required, profiles.
 */
export function jsonSchemaOfResource(definitions: FhirDefinitions, resource: string): object {
  const made: Record<string, Schema> = {};

  const typeNamed = (type: string): FhirType => {
    const found = definitions.types[type];
    if (!found) throw new TypeError(`There is no definition of ${type}`);
    return found;
  };

  const refer = (name: string, make: () => Schema): Schema => {
    if (!Object.hasOwn(made, name)) {
      made[name] = {};
      made[name] = make();
    }
    return { $ref: `#/definitions/${name}` };
  };

  const dataType = (type: string): Schema =>
    refer(type, () => {
      const primitive = PRIMITIVES[type];
      if (primitive) return primitive;
      return objectOf(type, elementTree(typeNamed(type)));
    });

  const valueSchema = (holder: string, element: FhirNode, type: string): Schema => {
    if (element.sameAs !== undefined) {
      return { $ref: `#/definitions/${backboneName(holder, element.sameAs)}` };
    }
    if (element.children.length > 0) {
      return refer(backboneName(holder, element.path), () => objectOf(holder, element.children));
    }
    if (type === "Resource") {
      return refer("Resource", () => ({
        type: "object",
        properties: { resourceType: { type: "string" } },
        required: ["resourceType"],
        fhirResource: true,
      }));
    }
    if (element.codes !== undefined && type === "code") {
      const list = definitions.codes[element.codes];
      return refer(`code_${element.codes}`, () => ({ type: "string", enum: list }));
    }
    return dataType(type);
  };

  const objectOf = (
    holder: string,
    elements: readonly FhirNode[],
    resourceType?: string,
  ): Schema => {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    const alternatives: Schema[] = [];
    const choices: string[][] = [];
    if (resourceType !== undefined) {
      properties["resourceType"] = { const: resourceType };
      required.push("resourceType");
    }
    for (const element of elements) {
      const names = jsonNames(element);
      const present: string[] = [];
      for (const [name, type] of names) {
        const value = valueSchema(holder, element, type);
        const isPlain = type !== "" && isPrimitive(type);
        const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });
        properties[name] = element.isMany
          ? { type: "array", items: isPlain ? orNull(value) : value, minItems: 1 }
          : value;
        present.push(name);
        if (!hasPrimitiveElement(name, type, holder)) continue;
        const extra = dataType("Element");
        properties[`_${name}`] = element.isMany
          ? { type: "array", items: orNull(extra), minItems: 1 }
          : extra;
        present.push(`_${name}`);
      }
      if (names.length > 1) choices.push(names.map(([name]) => name));
      if (element.min === 0) continue;
      if (present.length === 1) required.push(present[0] as string);
      else alternatives.push({ anyOf: present.map((name) => ({ required: [name] })) });
    }
    return {
      type: "object",
      properties,
      additionalProperties: false,
      ...(required.length > 0 ? { required } : {}),
      ...(resourceType === undefined ? { minProperties: 1 } : {}),
      ...(alternatives.length > 0 ? { allOf: alternatives } : {}),
      ...(choices.length > 0 ? { fhirChoice: choices } : {}),
    };
  };

  const root = objectOf(resource, elementTree(typeNamed(resource)), resource);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `http://hl7.org/fhir/${definitions.version}/${resource}`,
    title: `FHIR${resource}`,
    ...root,
    definitions: made,
  };
}
