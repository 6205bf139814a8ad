import { parseArgs } from "node:util";
import { parseMessage, validateMessage } from "#lib/hl7v2";
import type { Message } from "#lib/hl7v2";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { inputBytes, messagesOf } from "../input.ts";

export const hl7Parse: Command = {
  name: "hl7 parse",
  summary: "fields of messages with their positions, and what is wrong with them",
  usage: "hl7 parse FILE|-",
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [file] = positionals;
    if (file === undefined) throw new UsageError("A file, or -, is needed");
    for (const bytes of messagesOf(await inputBytes(file))) {
      const message = parseMessage(bytes);
      for (const line of fieldsOf(message)) process.stdout.write(`${line}\n`);
      for (const finding of validateMessage(message, 2)) {
        const { severity, code, position, meaning, suggestion } = finding;
        process.stderr.write(`${severity} ${code} at ${position}: ${meaning}. ${suggestion}.\n`);
      }
    }
  },
};

/** Every filled component as `PID-3[1].4.2<TAB>value`; of a single value the shortest path. */
function* fieldsOf(message: Message): Generator<string> {
  const seen = new Map<string, number>();
  for (const segment of message.segments) {
    const nth = (seen.get(segment.name) ?? 0) + 1;
    seen.set(segment.name, nth);
    const name = nth === 1 ? segment.name : `${segment.name}[${nth}]`;
    for (let position = 1; position <= segment.fieldCount; position += 1) {
      const field = segment.field(position);
      for (const [index, repetition] of field.repetitions.entries()) {
        const many = field.repetitions.length > 1 ? `[${index + 1}]` : "";
        for (let number = 1; number <= repetition.componentCount; number += 1) {
          const component = repetition.component(number);
          for (let sub = 1; sub <= component.subcomponentCount; sub += 1) {
            const value = component.isNull ? '""' : component.subcomponent(sub);
            if (value === "") continue;
            const inner = component.subcomponentCount > 1 ? `.${number}.${sub}` : `.${number}`;
            const path = repetition.componentCount === 1 && inner === ".1" ? "" : inner;
            yield `${name}-${position}${many}${path}\t${value}`;
          }
        }
      }
    }
  }
}
