// The command line: npm run cli -- <command> …  (installed: clinical-connect <command> …)
//
// stdout is data, stderr is words. Exit codes: 0 done, 1 it failed, 2 the command is not understood.
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

const isHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

/** All commands, or those that begin with a word, such as `hl7`. */
function help(group: string | undefined): string {
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `));
  return `usage: npm run cli -- ${group === undefined ? "" : `${group} `}<command> [options]

${shown.map(({ name, summary }) => `  ${name.padEnd(22)} ${summary}`).join("\n")}

A command followed by --help tells its options.
`;
}

// A reader that closes the pipe (| head) has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const words = process.argv.slice(2);
const command = commands.find(({ name }) =>
  name.split(" ").every((word, index) => words[index] === word),
);

const group = commands.some(({ name }) => name.startsWith(`${words[0]} `)) ? words[0] : undefined;

try {
  if (words.length === 0 || words[0] === "help" || isHelp(words[0])) {
    process.stdout.write(help(undefined));
  } else if (command) {
    const args = words.slice(command.name.split(" ").length);
    if (args.some(isHelp)) process.stdout.write(`usage: ${command.usage}\n`);
    else await command.run(args);
  } else if (isHelp(words[1])) {
    process.stdout.write(help(group));
  } else {
    throw new UsageError(`There is no command "${words.slice(0, 2).join(" ")}"\n\n${help(group)}`);
  }
} catch (error) {
  const isUsage = error instanceof UsageError || isParseArgsError(error);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (isUsage && command) process.stderr.write(`usage: ${command.usage}\n`);
  if (!isUsage && !(error instanceof CommandError) && !hasCode(error) && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  process.exitCode = isUsage ? 2 : 1;
}

function isParseArgsError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
}

function hasCode(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === "string";
}
