import { AvroDataError } from "./avro-error.ts";
import { codecSource } from "./codec-source.ts";
import type { CodecForm } from "./codec-source.ts";
import { explainMismatch } from "./explain-mismatch.ts";
import { AvroReader } from "./reader.ts";
import type { AvroSchema } from "./schema.ts";
import * as values from "./values.ts";
import { AvroWriter } from "./writer.ts";

export type { CodecForm } from "./codec-source.ts";

export interface AvroCodec {
  readonly schema: AvroSchema;
  /** `head` goes in front of the data. Throws AvroDataError with the path of what does not fit. */
  encode(value: unknown, head?: Uint8Array): Uint8Array;
  /** Reads data from `start` on. Throws AvroDataError for bytes that are not data of the schema. */
  decode(bytes: Uint8Array, start?: number, options?: DecodeOptions): unknown;
}

export interface DecodeOptions {
  readonly failOnTrailingData?: boolean;
}

type Encode = (writer: AvroWriter, value: unknown) => void;
type Decode = (reader: AvroReader) => unknown;

const NOTHING = new Uint8Array();
/** A writer that one large record made large is given up. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Makes functions for one schema, in JavaScript that is generated from it: some four times as fast as a walk
 * over the schema.
 *
 * `form` says how values look in memory:
 *
 *   native  null, boolean, int and float as number, long as bigint, bytes and fixed as Uint8Array, enum as
 *           text, array, map as Map, record as object with every field, a union other than with null alone
 *           as AvroUnionValue
 *   json    like JSON with exact numbers: an absent element is absent, whole numbers are bigint, decimals (`fhir.type`) keep
 *           their digits, a map is an object, a union's value is bare, and what the schema holds as JSON text (`fhir.json`)
 *           is data again
 */
export function avroCodec(schema: AvroSchema, form: CodecForm): AvroCodec {
  const { text, constants } = codecSource(schema, form);
  // Safe: the text holds names that were checked to be identifiers, quoted text, numbers, and nothing else from the schema.
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- code made for one schema is what makes the codec fast
  const { encode, decode } = new Function("$", "constants", text)(values, constants) as {
    encode: Encode;
    decode: Decode;
  };
  const reader = new AvroReader();
  let writer = new AvroWriter();
  return {
    schema,
    encode(value, head = NOTHING) {
      for (;;) {
        writer.pos = 0;
        writer.fixed(head);
        try {
          encode(writer, value);
        } catch (error) {
          throw mismatchOf(schema, form, value, error);
        }
        if (!writer.hasOverflowed) break;
        writer.grow();
      }
      const taken = writer.taken();
      if (writer.bytes.length > KEPT_BYTES_MAX) writer = new AvroWriter();
      return taken;
    },
    decode(bytes, start = 0, options = {}) {
      reader.open(bytes, start);
      try {
        const value = decode(reader);
        reader.checkEnd();
        if (options.failOnTrailingData && reader.pos < reader.bytes.length) {
          throw new AvroDataError("AVRO_BYTES_INVALID", "Bytes follow after the data");
        }
        return value;
      } catch (error) {
        if (error instanceof AvroDataError) throw error;
        // What else the values throw may quote them.
        const why =
          error instanceof RangeError ? "they are nested too deeply" : "a text is no data";
        throw new AvroDataError(
          "AVRO_BYTES_INVALID",
          `The bytes are not data of the schema: ${why}`,
        );
      } finally {
        reader.open(NOTHING);
      }
    },
  };
}

function mismatchOf(
  schema: AvroSchema,
  form: CodecForm,
  value: unknown,
  error: unknown,
): AvroDataError {
  if (error instanceof AvroDataError && error !== values.MISMATCH) return error;
  if (error instanceof RangeError) {
    return new AvroDataError("AVRO_DATA_MISMATCH", "The data is nested too deeply");
  }
  return new AvroDataError("AVRO_DATA_MISMATCH", explainMismatch(schema, form, value));
}
