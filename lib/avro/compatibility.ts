import type { AvroEnum, AvroField, AvroRecord, AvroSchema } from "./schema.ts";
import { branchName } from "./schema.ts";

/** Kinds of Apache Avro's checker. */
export type IncompatibilityType =
  | "NAME_MISMATCH"
  | "FIXED_SIZE_MISMATCH"
  | "MISSING_ENUM_SYMBOLS"
  | "READER_FIELD_MISSING_DEFAULT_VALUE"
  | "READER_FIELD_AMBIGUOUS"
  | "TYPE_MISMATCH"
  | "MISSING_UNION_BRANCH";

/** One reason why data of the writer cannot be read. `path` is the field path in the reader's schema. */
export interface Incompatibility {
  readonly type: IncompatibilityType;
  readonly path: string;
  readonly message: string;
}

/** What a reader may take beside its own type. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  long: ["int"],
  float: ["int", "long"],
  double: ["int", "long", "float"],
  string: ["bytes"],
  bytes: ["string"],
};

const REASONS_MAX = 100;

/**
 * Why data written with `writer` cannot be read with `reader`; empty when it can.
 *
 * Names are compared without namespace, or a reader's alias with the writer's full name; logical types and
 * all other properties do not count; a pair that is being compared counts as fitting. Two reader fields'
 * matches in the writer (by name and by alias) are a mismatch, where Java throws.
 *
 * Source: org.apache.avro.SchemaCompatibility (Apache Avro 1.12).
 */
export function avroIncompatibilities(
  reader: AvroSchema,
  writer: AvroSchema,
): readonly Incompatibility[] {
  const check = new Check();
  return check.compare(reader, writer, "").slice(0, REASONS_MAX);
}

class Check {
  /** Results of pairs of records; a pair under comparison has an empty one. */
  readonly #known = new Map<AvroSchema, Map<AvroSchema, readonly Incompatibility[]>>();

  compare(reader: AvroSchema, writer: AvroSchema, path: string): readonly Incompatibility[] {
    if (reader.type !== "record" || writer.type !== "record") {
      return this.#compute(reader, writer, path);
    }
    const results = this.#known.get(reader) ?? new Map<AvroSchema, readonly Incompatibility[]>();
    this.#known.set(reader, results);
    const known = results.get(writer);
    if (known) return known;
    results.set(writer, []);
    const computed = this.#compute(reader, writer, path);
    results.set(writer, computed);
    return computed;
  }

  #compute(reader: AvroSchema, writer: AvroSchema, path: string): readonly Incompatibility[] {
    if (writer.type === "union") {
      // Every branch that may have been written must be readable.
      return writer.branches.flatMap((branch) => {
        const reasons = this.compare(reader, branch, path);
        if (reasons.length === 0 || reader.type !== "union") return reasons;
        return [missingBranch(branch, path)];
      });
    }
    if (reader.type === "union") {
      const isReadable = reader.branches.some(
        (branch) => this.compare(branch, writer, path).length === 0,
      );
      return isReadable ? [] : [missingBranch(writer, path)];
    }
    if (reader.type !== writer.type) {
      return PROMOTIONS[reader.type]?.includes(writer.type)
        ? []
        : [
            {
              type: "TYPE_MISMATCH",
              path,
              message: `the type was ${branchName(writer)} and is ${branchName(reader)}`,
            },
          ];
    }
    switch (reader.type) {
      case "array":
        return this.compare(reader.items, (writer as typeof reader).items, `${path}[]`);
      case "map":
        return this.compare(reader.values, (writer as typeof reader).values, `${path}{}`);
      case "fixed":
        return [
          ...nameReasons(reader, writer as typeof reader, path),
          ...(reader.size === (writer as typeof reader).size
            ? []
            : [
                {
                  type: "FIXED_SIZE_MISMATCH" as const,
                  path,
                  message: `the size was ${(writer as typeof reader).size} and is ${reader.size}`,
                },
              ]),
        ];
      case "enum":
        return [
          ...nameReasons(reader, writer as typeof reader, path),
          ...symbolReasons(reader, writer as typeof reader, path),
        ];
      case "record":
        return [
          ...nameReasons(reader, writer as typeof reader, path),
          ...this.#fieldReasons(reader, writer as typeof reader, path),
        ];
      default:
        return [];
    }
  }

  #fieldReasons(reader: AvroRecord, writer: AvroRecord, path: string): readonly Incompatibility[] {
    return reader.fields.flatMap((field): readonly Incompatibility[] => {
      const at = path === "" ? field.name : `${path}.${field.name}`;
      const matches = writerFields(field, writer);
      if (matches.length > 1) {
        const message = `the name and the aliases match several fields: ${matches.map(({ name }) => name).join(", ")}`;
        return [{ type: "READER_FIELD_AMBIGUOUS", path: at, message }];
      }
      const [match] = matches;
      if (match) return this.compare(field.type, match.type, at);
      if (field.hasDefault) return [];
      const message = "the field has no default, and data without it exists";
      return [{ type: "READER_FIELD_MISSING_DEFAULT_VALUE", path: at, message }];
    });
  }
}

function writerFields(field: AvroField, writer: AvroRecord): readonly AvroField[] {
  const names = new Set([field.name, ...field.aliases]);
  return writer.fields.filter(({ name }) => names.has(name));
}

type NamedPart = {
  readonly name: string;
  readonly fullName: string;
  readonly aliases: readonly string[];
};

function nameReasons(
  reader: NamedPart,
  writer: NamedPart,
  path: string,
): readonly Incompatibility[] {
  if (reader.name === writer.name || reader.aliases.includes(writer.fullName)) return [];
  const message = `the name was ${writer.fullName} and is ${reader.fullName}`;
  return [{ type: "NAME_MISMATCH", path, message }];
}

function symbolReasons(
  reader: AvroEnum,
  writer: AvroEnum,
  path: string,
): readonly Incompatibility[] {
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (missing.length === 0 || reader.default !== undefined) return [];
  const message = `symbols are missing: ${missing.join(", ")}`;
  return [{ type: "MISSING_ENUM_SYMBOLS", path, message }];
}

function missingBranch(writer: AvroSchema, path: string): Incompatibility {
  return {
    type: "MISSING_UNION_BRANCH",
    path,
    message: `no branch reads ${branchName(writer)}`,
  };
}
