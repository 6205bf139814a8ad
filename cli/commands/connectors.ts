import { parseArgs } from "node:util";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { inputBytes } from "../input.ts";
import { REST_USAGE, ask, restOptions } from "../rest.ts";

const print = (answer: unknown): void => {
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
};

/** The one name or file of a command. */
function only(positionals: readonly string[], what: string): string {
  const [value] = positionals;
  if (value === undefined || positionals.length > 1) throw new UsageError(`One ${what} is needed`);
  return value;
}

const pathOf = (name: string): string => `/connectors/${encodeURIComponent(name)}`;

/** Commands that do one thing to one connector and have nothing to print. */
function change(word: string, summary: string, method: string, ending: string): Command {
  return {
    name: `connectors ${word}`,
    summary,
    usage: `connectors ${word} NAME ${REST_USAGE}`,
    async run(args) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: restOptions,
      });
      const name = only(positionals, "connector name");
      await ask(values.url, method, pathOf(name) + ending);
      process.stderr.write(`${name}: ${word} done\n`);
    },
  };
}

const list: Command = {
  name: "connectors list",
  summary: "connectors with the states of their tasks",
  usage: `connectors list ${REST_USAGE} [--json]`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { ...restOptions, json: { type: "boolean", default: false } },
    });
    const answer = await ask(values.url, "GET", "/connectors?expand=status");
    if (values.json) {
      print(answer);
      return;
    }
    const statuses = answer as Record<
      string,
      { status?: { connector: { state: string }; tasks: { id: number; state: string }[] } }
    >;
    for (const [name, { status }] of Object.entries(statuses)) {
      const tasks = status?.tasks.map(({ id, state }) => `${id}:${state}`).join(" ") ?? "";
      process.stdout.write(`${name}\t${status?.connector.state ?? "?"}\t${tasks}\n`);
    }
  },
};

const create: Command = {
  name: "connectors create",
  summary: 'posts a file {"name","config"}; - reads standard input',
  usage: `connectors create FILE ${REST_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: restOptions,
    });
    const body = await inputBytes(only(positionals, "file"));
    print(await ask(values.url, "POST", "/connectors", new TextDecoder().decode(body)));
  },
};

const status: Command = {
  name: "connectors status",
  summary: "state of a connector and its tasks, with traces",
  usage: `connectors status NAME ${REST_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: restOptions,
    });
    const name = only(positionals, "connector name");
    print(await ask(values.url, "GET", `${pathOf(name)}/status`));
  },
};

const restart: Command = {
  name: "connectors restart",
  summary: "restarts a connector, and with --include-tasks its tasks",
  usage: `connectors restart NAME [--include-tasks] [--only-failed] ${REST_USAGE}`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...restOptions,
        "include-tasks": { type: "boolean", default: false },
        "only-failed": { type: "boolean", default: false },
      },
    });
    const name = only(positionals, "connector name");
    const query = `includeTasks=${values["include-tasks"]}&onlyFailed=${values["only-failed"]}`;
    const answer = await ask(values.url, "POST", `${pathOf(name)}/restart?${query}`);
    if (answer === undefined) process.stderr.write(`${name}: restart done\n`);
    else print(answer);
  },
};

export const connectors: readonly Command[] = [
  list,
  create,
  status,
  restart,
  change("pause", "pauses a connector", "PUT", "/pause"),
  change("resume", "lets a paused or stopped connector go on", "PUT", "/resume"),
  change("stop", "stops a connector and gives up its tasks", "PUT", "/stop"),
  change("delete", "deletes a connector", "DELETE", ""),
];
