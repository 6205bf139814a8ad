export type Hl7ParseErrorCode = "HL7_MSH_MISSING" | "HL7_DELIMITERS_INVALID" | "HL7_PATH_INVALID";

/** The input cannot be read as HL7 v2. The message holds no value of it. */
export class Hl7ParseError extends Error {
  override readonly name = "Hl7ParseError";
  readonly code: Hl7ParseErrorCode;
  /** Where, as `MSH-2`. */
  readonly position: string | undefined;

  constructor(code: Hl7ParseErrorCode, message: string, position?: string) {
    super(message);
    this.code = code;
    this.position = position;
  }
}
