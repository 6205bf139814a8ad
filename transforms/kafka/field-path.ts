import type { Field, Schema, Struct } from "#connect-api";
import { configError, requireFields, requireMap, requireStruct } from "./requirements.ts";
import type { SchemalessMap } from "./requirements.ts";
import { member } from "./schemaless.ts";

const PURPOSE = "nested field access";

/**
 * The way to a field: one name (V1), or steps into nested structs and maps (V2).
 *
 * In V2 a dot ends a step, and a step in backticks may hold dots; a backtick that would end such a step is
 * escaped by a backslash. Throws ConfigError for backticks without end.
 * Source: org.apache.kafka.connect.transforms.field.SingleFieldPath.
 */
export class FieldPath {
  readonly steps: readonly string[];

  constructor(path: string, version: "V1" | "V2") {
    this.steps = version === "V1" ? [path] : stepsOf(path);
  }

  /** The field's definition, or undefined when a step does not exist. */
  fieldIn(schema: Schema): Field | undefined {
    let current = schema;
    for (const step of this.steps.slice(0, -1)) {
      requireFields(current, "look up");
      const field = current.field(step);
      if (!field) return undefined;
      current = field.schema;
    }
    requireFields(current, "look up");
    return current.field(this.steps.at(-1) ?? "");
  }

  valueInStruct(struct: Struct, withDefault: boolean): unknown {
    let current = struct;
    for (const step of this.steps.slice(0, -1)) {
      const field = current.schema.field(step);
      if (!field) return null;
      const next = current.get(step);
      if (next === null) return null;
      current = requireStruct(next, field.schema, PURPOSE);
    }
    const last = this.steps.at(-1) ?? "";
    if (!current.schema.field(last)) return null;
    return withDefault ? current.get(last) : current.getWithoutDefault(last);
  }

  valueInMap(map: SchemalessMap): unknown {
    let current = map;
    for (const step of this.steps.slice(0, -1)) {
      const next = member(current, step);
      if (next === null) return null;
      current = requireMap(next, PURPOSE);
    }
    return member(current, this.steps.at(-1) ?? "");
  }
}

function stepsOf(path: string): string[] {
  const steps: string[] = [];
  let position = 0;
  while (position < path.length) {
    if (path[position] === "`") {
      const quoted = quotedStep(path, position);
      steps.push(quoted.step);
      position = quoted.end;
    } else {
      const dot = path.indexOf(".", position);
      const end = dot < 0 ? path.length : dot;
      steps.push(path.slice(position, end));
      position = end + 1;
    }
  }
  if (path === "" || path.endsWith(".")) steps.push("");
  return steps;
}

/** A step in backticks, and where the next one begins. */
function quotedStep(path: string, start: number): { readonly step: string; readonly end: number } {
  let step = "";
  let from = start + 1;
  let position = from;
  for (;;) {
    const close = path.indexOf("`", position);
    if (close < 0) throw incomplete(path, start);
    const isEscaped = path[close - 1] === "\\";
    const isLast = close === path.length - 1;
    if (isLast && isEscaped) throw incomplete(path, start);
    if (isLast || (path[close + 1] === "." && !isEscaped)) {
      return { step: step + path.slice(from, close), end: close + 2 };
    }
    // Only an escaped backtick before a dot loses its backslash: elsewhere it could not end the step anyway.
    if (path[close + 1] === ".") {
      step += `${path.slice(from, close - 1)}\``;
      from = close + 1;
    }
    position = close + 1;
  }
}

function incomplete(path: string, position: number) {
  return configError(
    `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${position} to escape it`,
  );
}
