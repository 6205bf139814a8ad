import { connectors } from "./commands/connectors.ts";
import { hl7Convert } from "./commands/hl7-convert.ts";
import { hl7Generate } from "./commands/hl7-generate.ts";
import { hl7Parse } from "./commands/hl7-parse.ts";
import { hl7Send } from "./commands/hl7-send.ts";
import { hl7Validate } from "./commands/hl7-validate.ts";
import { replay } from "./commands/replay.ts";
import { schemaCommands } from "./commands/schema.ts";
import { topicsList } from "./commands/topics-list.ts";
import { topicsRead } from "./commands/topics-read.ts";
import { CommandError, UsageError } from "./command.ts";
import type { Command } from "./command.ts";

const commands: readonly Command[] = [
  topicsList,
  topicsRead,
  replay,
  ...connectors,
  ...schemaCommands,
  hl7Convert,
  hl7Generate,
  hl7Parse,
  hl7Send,
  hl7Validate,
];

/** Where words go. */
interface Output {
  write(text: string): unknown;
}

const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

/** All commands, or those that begin with a word, such as `hl7`. */
function help(group: string | undefined): string {
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `));
  return `usage: npm run cli -- ${group === undefined ? "" : `${group} `}<command> [options]

${shown.map(({ name, summary }) => `  ${name.padEnd(22)} ${summary}`).join("\n")}

A command followed by --help tells its options.
`;
}

/** Runs one command line, without the program's name; its exit code: 0 done, 1 it failed, 2 it is not understood. */
export async function runCommandLine(
  words: readonly string[],
  { stdout, stderr }: { readonly stdout: Output; readonly stderr: Output },
): Promise<number> {
  const command = commands.find(({ name }) =>
    name.split(" ").every((word, index) => words[index] === word),
  );
  const group = commands.some(({ name }) => name.startsWith(`${words[0]} `)) ? words[0] : undefined;
  try {
    if (words.length === 0 || words[0] === "help" || isHelp(words[0])) {
      stdout.write(help(undefined));
    } else if (command) {
      const args = words.slice(command.name.split(" ").length);
      if (args.some(isHelp)) stdout.write(`usage: ${command.usage}\n`);
      else await command.run(args);
    } else if (isHelp(words[1])) {
      stdout.write(help(group));
    } else {
      throw new UsageError(
        `There is no command "${words.slice(0, 2).join(" ")}"\n\n${help(group)}`,
      );
    }
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseArgsError(error);
    const message = error instanceof Error ? error.message : String(error);
    stderr.write(`${message}\n`);
    if (isUsage && command) stderr.write(`usage: ${command.usage}\n`);
    if (!isUsage && !(error instanceof CommandError) && !hasCode(error) && error instanceof Error) {
      stderr.write(`${error.stack}\n`);
    }
    return isUsage ? 2 : 1;
  }
}

function isParseArgsError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
}

function hasCode(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === "string";
}
