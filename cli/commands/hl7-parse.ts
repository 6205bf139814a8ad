import { parseArgs } from "node:util";
import {
  Group,
  dataTypeInfo,
  eachValue,
  fieldInfo,
  groupMessage,
  parseMessage,
  segmentInfo,
  validateMessage,
} from "#lib/hl7v2";
import type { Message, Segment } from "#lib/hl7v2";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { inputBytes, messagesOf } from "../input.ts";

export const hl7Parse: Command = {
  name: "hl7 parse",
  summary: "fields of messages with their positions, and what is wrong with them",
  usage: "hl7 parse FILE|- [--names] [--groups]",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        names: { type: "boolean", default: false },
        groups: { type: "boolean", default: false },
      },
    });
    const [file] = positionals;
    if (file === undefined) throw new UsageError("A file, or -, is needed");
    for (const bytes of messagesOf(await inputBytes(file))) {
      const message = parseMessage(bytes);
      const lines = values.groups
        ? groupLines(groupMessage(message).root, "")
        : fieldLines(message, values.names);
      for (const line of lines) process.stdout.write(`${line}\n`);
      for (const finding of validateMessage(message, 2)) {
        const { severity, code, position, meaning, suggestion } = finding;
        process.stderr.write(`${severity} ${code} at ${position}: ${meaning}. ${suggestion}.\n`);
      }
    }
  },
};

/** Every filled value as `PID-3[1].4.2<TAB>value`, of a single one the shortest path; and what it is, on request. */
function fieldLines(message: Message, withNames: boolean): readonly string[] {
  const lines: string[] = [];
  const names = segmentPlaces(message);
  eachValue(message, (value, segment, field, repetition, component, subcomponent) => {
    const whole = segment.field(field);
    const many = whole.repetitions.length > 1 ? `[${repetition}]` : "";
    const within = whole.repetitions[repetition - 1];
    const count = within?.component(component).subcomponentCount ?? 1;
    const inner = count > 1 ? `.${component}.${subcomponent}` : `.${component}`;
    const isWhole = (within?.componentCount ?? 1) === 1 && inner === ".1";
    const place = `${names[segment.position]}-${field}${many}${isWhole ? "" : inner}`;
    const what = withNames ? `\t${nameOf(segment, field, isWhole ? 0 : component)}` : "";
    lines.push(`${place}\t${value}${what}`);
  });
  return lines;
}

function segmentPlaces(message: Message): readonly string[] {
  const seen = new Map<string, number>();
  return message.segments.map(({ name }) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth === 1 ? name : `${name}[${nth}]`;
  });
}

function nameOf({ name }: Segment, field: number, component: number): string {
  const info = fieldInfo(name, field);
  const type = info?.types[0] ?? "";
  const part = component === 0 ? undefined : dataTypeInfo(type)?.components[component - 1];
  return [info?.name ?? "", part?.name].filter(Boolean).join(", ");
}

/** Groups and segments as an indented list. */
function* groupLines(group: Group, indent: string): Generator<string> {
  yield `${indent}${group.name}`;
  for (const child of group.children) {
    if (child instanceof Group) yield* groupLines(child, `${indent}  `);
    else {
      const title = segmentInfo(child.name)?.title;
      yield `${indent}  ${child.name}${title === undefined ? "" : `\t${title}`}`;
    }
  }
}
