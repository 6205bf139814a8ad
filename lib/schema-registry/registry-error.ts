/** What a registry says no to, and why. */
export type RegistryErrorCode =
  /** No answer, or one that says "later": the same call may succeed. */
  | "REGISTRY_UNAVAILABLE"
  /** The registry does not know the schema, subject or version. */
  | "SCHEMA_NOT_FOUND"
  /** The registry refuses the schema, because of data or readers that exist. */
  | "SCHEMA_INCOMPATIBLE"
  /** The schema itself is wrong, or too large. */
  | "SCHEMA_INVALID"
  /** Credentials or permission are missing. */
  | "REGISTRY_REFUSED"
  /** An answer that was not expected. */
  | "REGISTRY_FAILED"
  /** Bytes without the framing of a registry. */
  | "WIRE_FORMAT_INVALID";

/** Every failure of this folder. The message has nothing of a record's data. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;
  /** The Confluent API's code (40401, 42201, …), when the registry gave one. */
  readonly errorCode: number | undefined;

  constructor(
    code: RegistryErrorCode,
    message: string,
    options: { readonly errorCode?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.errorCode = options.errorCode;
  }
}

/** Codes of the Confluent API, from which the HTTP status is the first three digits. */
export const ERROR_CODES = {
  subjectNotFound: 40401,
  versionNotFound: 40402,
  schemaNotFound: 40403,
  subjectSoftDeleted: 40404,
  subjectNotSoftDeleted: 40405,
  versionSoftDeleted: 40406,
  versionNotSoftDeleted: 40407,
  noSubjectCompatibility: 40408,
  noSubjectMode: 40409,
  incompatible: 40901,
  invalidSchema: 42201,
  invalidVersion: 42202,
  invalidCompatibility: 42203,
  invalidMode: 42204,
  operationNotPermitted: 42205,
  referenceExists: 42206,
  idDoesNotMatch: 42207,
  schemaTooLarge: 42209,
  storeError: 50001,
} as const;
