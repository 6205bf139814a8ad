import type { CodeResult, RowResult, Verdict } from "./run.ts";

export interface Counts {
  readonly rows: number;
  readonly right: number;
  readonly different: number;
  readonly missing: number;
}

export function countsOf(results: readonly { readonly verdict: Verdict }[]): Counts {
  const of = (wanted: Verdict): number =>
    results.filter(({ verdict }) => verdict === wanted).length;
  return {
    rows: results.length,
    right: of("right"),
    different: of("different"),
    missing: of("missing"),
  };
}

/** docs/conformance.md: facts and our own words, none of the guide's prose. */
export function reportText(rows: readonly RowResult[], codes: readonly CodeResult[]): string {
  const kinds = ["message", "segment", "data type"] as const;
  const fields = rows.filter(({ kind }) => kind === "segment");
  const conditions = rows.filter(({ row }) => row.condition.length > 3);
  const summary = [
    ...kinds.map((kind) =>
      line([`${kind} maps`, countsOf(rows.filter((each) => each.kind === kind))]),
    ),
    line(["vocabulary", countsOf(codes)]),
    line(["of these: distinct fields", countsOf(byField(fields))]),
    line(["of these: rows with a condition", countsOf(conditions)]),
  ];
  return `${[
    head,
    "## Counts\n",
    "| what | rows | right | different | missing |\n|---|--:|--:|--:|--:|",
    ...summary,
    "",
    ...kinds.flatMap((kind) => [
      `\n## ${title(kind)} maps\n`,
      mapTable(rows.filter((each) => each.kind === kind)),
    ]),
    "\n## Vocabulary\n",
    "Through a message where a mapped field or component uses the concept map, else by look-up.\n",
    vocabularyTable(codes),
    "\n## Different on purpose\n",
    differenceTable(rows, codes),
    "\n## Put right in the guide's vocabulary\n",
    correctionTable(codes),
    "\n## Missing\n",
    missingTable(rows, codes),
  ].join("\n")}\n`;
}

const head = `# Conformance with HL7's v2-to-FHIR guide

The guide is \`hl7.fhir.uv.v2mappings\` 1.0.0 (repository HL7/v2-to-fhir, revision \`8c9b414\`). Written by \`npm run test:conformance\`, which
reads the guide's tables from the folder that \`CLINICAL_DATA\` names; do not edit.

For each row of its tables that names a FHIR element a tiny message is made that fills just this field, component or code (and
what the row's condition asks for), converted, and the element looked up by the row's own path:

- **right**: the element is there with the value sent, the code it maps to, or the literal the row assigns. A row of a data type
  map is tried at the places that use the map, beside the other components and alone, a row of a segment map in the messages that
  do, until one is right. What a row needs beside it is there: an organization for its kind, a number for its unit, the segment
  whose resource a message row adds to or refers to. Slips of the tables (spelling, an element of R5 that R4 has under another
  name) are read as what they mean. Where a condition guards an element that no other row fills, the value must be absent when the condition is false.
- **different**: not so on purpose, and the last tables say why.
- **missing**: everything else.
`;

const title = (kind: string): string => `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;

function line([name, counts]: readonly [string, Counts]): string {
  return `| ${name} | ${counts.rows} | ${counts.right} | ${counts.different} | ${counts.missing} |`;
}

/** One verdict per v2 field: the worst of its rows. */
function byField(rows: readonly RowResult[]): { verdict: Verdict }[] {
  const groups = Map.groupBy(rows, ({ row }) => /^[A-Z0-9]{3}-\d+/.exec(row.source)?.[0] ?? "");
  groups.delete("");
  return [...groups.values()].map((group) => {
    const has = (wanted: Verdict): boolean => group.some(({ verdict }) => verdict === wanted);
    return { verdict: has("missing") ? "missing" : has("different") ? "different" : "right" };
  });
}

function mapTable(rows: readonly RowResult[]): string {
  const groups = Map.groupBy(rows, ({ row }) => row.map);
  return [
    "| map | rows | right | different | missing |\n|---|--:|--:|--:|--:|",
    ...[...groups].map(([map, group]) => line([map, countsOf(group)])),
  ].join("\n");
}

function vocabularyTable(codes: readonly CodeResult[]): string {
  const groups = Map.groupBy(codes, ({ row }) => row.map);
  return [
    "| concept map | rows | right | different | missing | through |\n|---|--:|--:|--:|--:|---|",
    ...[...groups].map(
      ([map, group]) => `${line([map, countsOf(group)])} ${group[0]?.through ?? ""} |`,
    ),
  ].join("\n");
}

function differenceTable(rows: readonly RowResult[], codes: readonly CodeResult[]): string {
  const listed = rows.filter(({ verdict }) => verdict === "different");
  const groups = Map.groupBy(listed, ({ row, note }) => `${row.map}|${note}`);
  return [
    "| map | rows | why |\n|---|---|---|",
    ...[...groups.values()].map((group) => {
      const [first] = group;
      const places = group.map(({ row }) => `${row.source}→${row.target}`.replaceAll("|", "\\|"));
      return `| ${first?.row.map} | ${places.join(", ")} | ${first?.note} |`;
    }),
    ...codes
      .filter(({ verdict }) => verdict === "different")
      .map(({ row, note }) => `| ${row.map} | ${row.v2Code || row.code} | ${note} |`),
  ].join("\n");
}

function correctionTable(codes: readonly CodeResult[]): string {
  const mended = codes.filter(({ row }) => row.correction !== undefined);
  const groups = Map.groupBy(mended, ({ row }) => `${row.map}|${row.correction}`);
  return [
    "| concept map | rows | what was wrong |\n|---|--:|---|",
    ...[...groups.values()].map(
      (group) => `| ${group[0]?.row.map} | ${group.length} | ${group[0]?.row.correction} |`,
    ),
  ].join("\n");
}

function missingTable(rows: readonly RowResult[], codes: readonly CodeResult[]): string {
  const listed = rows.filter(({ verdict }) => verdict === "missing");
  const unmapped = codes.filter(({ verdict }) => verdict === "missing");
  if (listed.length + unmapped.length === 0) return "Nothing.";
  return [
    "| map | line | from | to | there is |\n|---|--:|---|---|---|",
    ...unmapped.map(
      ({ row, note }) => `| ${row.map} | | ${row.v2Code || row.code} | ${row.code} | ${note} |`,
    ),
    ...listed.map(({ row, note }) =>
      [row.map, row.line, row.source, row.rawTarget, note]
        .map((cell) => String(cell).replaceAll("|", "\\|"))
        .join(" | ")
        .replace(/^(.*)$/s, "| $1 |"),
    ),
  ].join("\n");
}
