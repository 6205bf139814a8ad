import type { ConfigDef } from "./config-def.ts";
import type { ConfigKey } from "./types.ts";
import { valueText } from "./value-text.ts";

/**
 * A definition as a Markdown table, one row per key, most important first. "" when it has no keys.
 *
 * The READMEs are generated from it, so that they cannot differ from what the code accepts.
 */
export function configTable(def: ConfigDef): string {
  const keys = Object.entries(def.keys);
  if (keys.length === 0) return "";
  const rank = { HIGH: 0, MEDIUM: 1, LOW: 2 } as const;
  const rows = keys
    .toSorted(([, a], [, b]) => rank[a.importance] - rank[b.importance])
    .map(([name, key]) => `| ${[...cells(name, key)].map(escapeCell).join(" | ")} |`);
  return ["| Key | Type | Default | Valid | What it does |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function* cells(name: string, key: ConfigKey): Generator<string> {
  yield `\`${name}\``;
  yield key.type.toLowerCase();
  yield defaultCell(key);
  yield key.validator?.describe() ?? "";
  yield key.documentation;
}

function defaultCell(key: ConfigKey): string {
  if (key.default === undefined) return "**required**";
  const text = valueText(key.default);
  if (text === null) return "none";
  return text === "" ? "empty" : `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
