// `npm run docs`: writes the config table of every plug-in's README from its ConfigDef, between the
// markers `<!-- config:start -->` and `<!-- config:end -->`, and into docs/compatibility.md the differences
// that the suite beside Apache Kafka Connect accepts. With `--check` it writes nothing and
// fails when a table is out of date.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { configTable } from "#connect-api";
import type { ConfigDef, PluginManifest } from "#connect-api";

const START = "<!-- config:start -->";
const END = "<!-- config:end -->";
const isCheck = process.argv.includes("--check");

/** Folders with a manifest, at most two levels below a plug-in root. */
function pluginFolders(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === "index.ts")
    .map((entry) => entry.parentPath)
    .filter((folder) => existsSync(join(folder, "README.md")));
}

async function tableOf(folder: string): Promise<string> {
  const module = (await import(pathToFileURL(resolve(folder, "index.ts")).href)) as {
    default: PluginManifest;
  };
  const plugins = Object.values(module.default).flatMap((kind) =>
    Object.entries(kind as Record<string, new () => { config(): ConfigDef }>),
  );
  // Plug-ins with the same settings (forms for key and value, converters of headers) share a table.
  const names = new Map<string, Set<string>>();
  for (const [name, Plugin] of plugins) {
    const table = configTable(new Plugin().config());
    if (table === "") continue;
    names.set(table, (names.get(table) ?? new Set()).add(`\`${name}\``));
  }
  const sections = [...names].map(([table, shared]) =>
    plugins.length > 1 ? `**${[...shared].join(", ")}**\n\n${table}` : table,
  );
  return sections.length > 0 ? sections.join("\n\n") : "No settings.";
}

const stale: string[] = [];
for (const folder of ["connectors", "transforms", "converters"].flatMap(pluginFolders)) {
  const file = join(folder, "README.md");
  const text = readFileSync(file, "utf8");
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) {
    stale.push(`${file}: the markers ${START} and ${END} are missing`);
    continue;
  }
  const head = text.slice(0, start + START.length);
  const updated = `${head}\n${(await tableOf(folder)).trimEnd()}\n${text.slice(end)}`;
  if (updated === text) continue;
  if (isCheck) stale.push(`${file}: the config table is out of date; run npm run docs`);
  else writeFileSync(file, updated);
}
writeBetween("docs/compatibility.md", "rest-differences", restDifferences());
if (stale.length > 0) {
  process.stderr.write(`${stale.join("\n")}\n`);
  process.exitCode = 1;
}

/** The list that test/compat/rest checks: what is compared there and may differ, and why. */
function restDifferences(): string {
  const file = "test/compat/rest/accepted-differences.json";
  const accepted = JSON.parse(readFileSync(file, "utf8")) as readonly {
    readonly what: string;
    readonly why: string;
  }[];
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const rows = accepted.map(({ what, why }) => `| ${cell(what)} | ${cell(why)} |`);
  return ["| Difference | Why |", "|---|---|", ...rows].join("\n");
}

function writeBetween(file: string, marker: string, content: string): void {
  const text = readFileSync(file, "utf8");
  const [start, end] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    stale.push(`${file}: the markers ${start} and ${end} are missing`);
    return;
  }
  const updated = `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
  if (updated === text) return;
  if (isCheck) stale.push(`${file}: the part "${marker}" is out of date; run npm run docs`);
  else writeFileSync(file, updated);
}
