/** A schema is not Avro. `at` is the place in it as a JSON pointer. */
export class AvroSchemaError extends Error {
  override readonly name = "AvroSchemaError";
  readonly code = "AVRO_SCHEMA_INVALID";

  constructor(problem: string, at = "") {
    super(`The Avro schema is not valid${at === "" ? "" : ` at ${at}`}: ${problem}`);
  }
}

/** Data does not fit a schema, or bytes are not data of it. The message has a path and no value. */
export class AvroDataError extends Error {
  override readonly name = "AvroDataError";
  readonly code: "AVRO_DATA_MISMATCH" | "AVRO_BYTES_INVALID";

  constructor(code: "AVRO_DATA_MISMATCH" | "AVRO_BYTES_INVALID", message: string) {
    super(message);
    this.code = code;
  }
}
