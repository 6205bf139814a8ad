/** How much a change of a schema means for those who read the data. */
export type ChangeClass = "major" | "minor" | "patch";

export type ChangeKind =
  | "added"
  | "removed"
  | "renamed"
  | "type"
  | "nullability"
  | "enum"
  | "union"
  | "namespace"
  | "required"
  | "rule"
  | "default"
  | "order"
  | "documentation";

/** One difference between two schemas. `path` is in field names, `name[].family`; empty for the whole. */
export interface SchemaChange {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly class: ChangeClass;
  readonly message: string;
}

const ORDER: readonly ChangeClass[] = ["patch", "minor", "major"];

/** The class of the heaviest change; undefined when there is none. */
export function classOfChanges(changes: readonly SchemaChange[]): ChangeClass | undefined {
  const heaviest = Math.max(-1, ...changes.map((change) => ORDER.indexOf(change.class)));
  return ORDER[heaviest];
}
