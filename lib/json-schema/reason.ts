import type { JsonSchema } from "./schema-document.ts";

/** One reason why data of the old schema may not fit the new one. `path` is a JSON pointer into it. */
export interface JsonSchemaReason {
  readonly path: string;
  readonly message: string;
}

/** Compares two parts of the documents; content rules call it for what an object or list holds. */
export type Compare = (
  original: JsonSchema,
  update: JsonSchema,
  path: string,
) => readonly JsonSchemaReason[];
