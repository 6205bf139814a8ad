import { conceptMapRows } from "./concept-map-rows.ts";
import type { ConceptMapRow } from "./concept-map-rows.ts";
import { readTables } from "./tables.ts";

const head = {
  guide: "hl7.fhir.uv.v2mappings",
  version: "1.0.0",
  revision: "8c9b414be1729c98988b17e7fa86221fc8018c73",
  licence: "CC0-1.0",
};

/**
 * The text of schemas/v2-to-fhir/concept-maps.json. The same tables always give the same bytes: tables by name,
 * systems and codes in the order of the table, one line per system.
 */
export function conceptMapsJson(folder: string): string {
  const maps = readTables(folder, "codesystems")
    .map((table) => [table.name, conceptMapRows(table)] as const)
    .filter(([, rows]) => rows.length > 0)
    .map(([name, rows]) => `    ${JSON.stringify(name)}: ${mapText(rows)}`);
  const members = Object.entries(head).map(
    ([key, value]) => `  "${key}": ${JSON.stringify(value)}`,
  );
  return `{\n${members.join(",\n")},\n  "maps": {\n${maps.join(",\n")}\n  }\n}\n`;
}

function mapText(rows: readonly ConceptMapRow[]): string {
  const table = rows.find((row) => row.table !== "")?.table;
  const codes = new Map<string, Record<string, string>>();
  const same = new Map<string, Set<string>>();
  const own = new Map<string, Set<string>>();
  const taken = new Set<string>();
  for (const { v2Code, system, code } of rows) {
    // Where a v2 code has two targets ("local assessment"), the first is taken.
    if (v2Code !== "" && taken.has(v2Code)) continue;
    taken.add(v2Code);
    if (v2Code === "") setOf(own, system).add(code);
    else if (v2Code === code) setOf(same, system).add(code);
    else {
      const held = codes.get(system) ?? {};
      held[v2Code] = code;
      codes.set(system, held);
    }
  }
  const parts = [
    ...(table === undefined ? [] : [`      "table": ${JSON.stringify(table)}`]),
    ...section("codes", [...codes]),
    ...section("same", lists(same)),
    ...section("own", lists(own)),
  ];
  return `{\n${parts.join(",\n")}\n    }`;
}

function setOf(sets: Map<string, Set<string>>, system: string): Set<string> {
  const held = sets.get(system) ?? new Set();
  sets.set(system, held);
  return held;
}

const lists = (sets: Map<string, Set<string>>): [string, readonly string[]][] =>
  [...sets].map(([system, codes]) => [system, [...codes]]);

function section(name: string, entries: readonly (readonly [string, unknown])[]): string[] {
  if (entries.length === 0) return [];
  const lines = entries.map(
    ([system, codes]) => `        ${JSON.stringify(system)}: ${JSON.stringify(codes)}`,
  );
  return [`      "${name}": {\n${lines.join(",\n")}\n      }`];
}
