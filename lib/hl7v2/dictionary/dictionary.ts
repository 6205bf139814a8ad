import typeRows from "../../../schemas/hl7v2/datatypes.json" with { type: "json" };
import segmentRows from "../../../schemas/hl7v2/segments.json" with { type: "json" };

/** What the standard says of a field of a segment or of a component of a data type. */
export interface ElementInfo {
  /** `Patient Identifier List`. */
  readonly name: string;
  /**
   * `CX`: its data type, and the one of later versions where that is another (`TS`, `DTM`). `*` when another
   * field names it (OBX-5); none when it was withdrawn in every version.
   */
  readonly types: readonly string[];
  /** It is required in every version that has it. */
  readonly isRequired: boolean;
  /** It repeats in some version. For fields only. */
  readonly repeats: boolean;
  /** `0001`: the table of its codes. */
  readonly table: string | undefined;
}

export interface SegmentInfo {
  readonly name: string;
  /** `Patient Identification`. */
  readonly title: string;
  /** From the first position on. */
  readonly fields: readonly ElementInfo[];
}

export interface DataTypeInfo {
  readonly name: string;
  readonly title: string;
  readonly components: readonly ElementInfo[];
}

type Rows = Readonly<Record<string, readonly string[]>>;
const segments = new Map<string, SegmentInfo>();
const dataTypes = new Map<string, DataTypeInfo>();

/** The segment of that name; undefined when the standard has none (a Z segment, say). */
export function segmentInfo(name: string): SegmentInfo | undefined {
  const known = segments.get(name);
  if (known) return known;
  const row = rowOf(segmentRows as Rows, name);
  if (!row) return undefined;
  const [title = "", ...fields] = row;
  const info = { name, title, fields: fields.map(elementOf) };
  segments.set(name, info);
  return info;
}

/** The data type of that name with its components; undefined for a primitive one, which has none. */
export function dataTypeInfo(name: string): DataTypeInfo | undefined {
  const known = dataTypes.get(name);
  if (known) return known;
  const row = rowOf(typeRows as Rows, name);
  if (!row) return undefined;
  const [title = "", ...components] = row;
  const info = { name, title, components: components.map(elementOf) };
  dataTypes.set(name, info);
  return info;
}

export function fieldInfo(segment: string, position: number): ElementInfo | undefined {
  return segmentInfo(segment)?.fields[position - 1];
}

/** Names of all segments and data types, sorted. */
export function segmentNames(): readonly string[] {
  return Object.keys(segmentRows);
}
export function dataTypeNames(): readonly string[] {
  return Object.keys(typeRows);
}

function rowOf(rows: Rows, name: string): readonly string[] | undefined {
  return Object.hasOwn(rows, name) ? rows[name] : undefined;
}

/** `name|type [later type]|R and *|table`. */
function elementOf(row: string): ElementInfo {
  const [name = "", types = "", flags = "", table = ""] = row.split("|");
  return {
    name,
    types: types === "" ? [] : types.split(" "),
    isRequired: flags.includes("R"),
    repeats: flags.includes("*"),
    table: table === "" ? undefined : table,
  };
}
