// `npm run docs`: writes the config table of every plug-in's README from its ConfigDef, between the
// markers `<!-- config:start -->` and `<!-- config:end -->`, and into docs/compatibility.md the differences
// that the suite beside Apache Kafka Connect accepts. With `--check` it writes nothing and
// fails when a table is out of date.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { configTable } from "#connect-api";
import type { ConfigDef, PluginManifest } from "#connect-api";

const isCheck = process.argv.includes("--check");

/** The folders of plug-ins: each has a manifest, and so a README. */
function pluginFolders(root: string): string[] {
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, "index.ts")));
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
  writeBetween(join(folder, "README.md"), "config", await tableOf(folder));
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
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [start, end] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    stale.push(`${file}: the markers ${start} and ${end} are missing`);
    return;
  }
  const updated = `${text.slice(0, from + start.length)}\n${content.trim()}\n${text.slice(to)}`;
  if (updated === text) return;
  if (isCheck) stale.push(`${file}: the part "${marker}" is out of date; run npm run docs`);
  else writeFileSync(file, updated);
}
