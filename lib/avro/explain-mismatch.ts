import type { CodecForm } from "./codec-source.ts";
import { branchName, nullableBranch } from "./schema.ts";
import type { AvroSchema } from "./schema.ts";
import * as values from "./values.ts";

/** Where and why a value does not fit, with names of fields and types and nothing of the value. */
export function explainMismatch(schema: AvroSchema, form: CodecForm, value: unknown): string {
  const { path, problem } = firstMismatch(schema, form, value, "", 0) ?? {
    path: "",
    problem: "it does not fit",
  };
  return `The data does not fit the schema${path === "" ? "" : ` at ${path}`}: ${problem}`;
}

interface Mismatch {
  readonly path: string;
  readonly problem: string;
}

const DEPTH_MAX = 500;

function firstMismatch(
  schema: AvroSchema,
  form: CodecForm,
  value: unknown,
  path: string,
  depth: number,
): Mismatch | undefined {
  if (depth > DEPTH_MAX) return { path, problem: "it is nested too deeply" };
  const wanted = {
    path,
    problem: `${branchName(schema)} was expected, and there is ${kind(value)}`,
  };
  const inner = nullableBranch(schema);
  if (inner) {
    return value === undefined || value === null
      ? undefined
      : firstMismatch(inner, form, value, path, depth + 1);
  }
  switch (schema.type) {
    case "array": {
      if (!Array.isArray(value)) return wanted;
      for (const [index, item] of value.entries()) {
        const found = firstMismatch(schema.items, form, item, `${path}[${index}]`, depth + 1);
        if (found) return found;
      }
      return undefined;
    }
    case "map": {
      const entries = form === "json" ? values.mapOf(value) : value;
      if (!(entries instanceof Map)) return wanted;
      for (const [key, item] of entries) {
        if (typeof key !== "string") return wanted;
        const found = firstMismatch(schema.values, form, item, `${path}{}`, depth + 1);
        if (found) return found;
      }
      return undefined;
    }
    case "record": {
      if (!values.isPlainObject(value)) return wanted;
      const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
      for (const field of schema.fields) {
        const member = value[field.name];
        if (form === "json" && field.name === "resourceType" && member !== field.default) {
          return {
            path: at(field.name),
            problem: `the schema is of ${String(field.default)}, the resource is of another type`,
          };
        }
        if (member === undefined) {
          if (field.hasDefault || field.type.type === "union") continue;
          return { path: at(field.name), problem: "it is missing" };
        }
        const found = firstMismatch(field.type, form, member, at(field.name), depth + 1);
        if (found) return found;
      }
      const names = new Set(schema.fields.map(({ name }) => name));
      const unknown = Object.entries(value).find(
        ([name, member]) => member !== undefined && member !== null && !names.has(name),
      );
      return unknown
        ? { path: at(unknown[0]), problem: "the schema has no such field" }
        : undefined;
    }
    case "union": {
      try {
        const index = values.branchOf(schema.branches, value);
        const branch = schema.branches[index] as AvroSchema;
        return firstMismatch(branch, form, values.bareValue(value), path, depth + 1);
      } catch {
        const branches = schema.branches.map(branchName).join(", ");
        return { path, problem: `one of ${branches} was expected, and there is ${kind(value)}` };
      }
    }
    default:
      return fitsPlain(schema, form, value) ? undefined : wanted;
  }
}

function fitsPlain(schema: AvroSchema, form: CodecForm, value: unknown): boolean {
  if (form === "native") return values.looksLike(schema, value);
  try {
    if (schema.type === "int" && typeof value !== "number") values.wholeNumber(value);
    else if (schema.type === "long") values.longNumber(value);
    else if (/^(float|double)$/.test(schema.type) && typeof value !== "number")
      values.floatNumber(value);
    else if (schema.props["fhir.type"] === "decimal") values.numberText(value);
    else if (schema.props["fhir.json"] === true) values.jsonText(value);
    else return values.looksLike(schema, value);
    return true;
  } catch {
    return false;
  }
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return typeof value;
  return value.constructor?.name ?? "object";
}
