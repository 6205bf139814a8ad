/** Options shared by all errors of the contract. */
export interface ConnectErrorOptions {
  readonly cause?: unknown;
}

/**
 * Root of the error tree. A plug-in that throws it fails its task (`FAILED` with the trace).
 *
 * The class says what follows, the `code` says what happened, and the message is one sentence
 * without values from the record (patient data never leaves the record).
 *
 * Source: org.apache.kafka.connect.errors.ConnectException.
 */
export class ConnectError extends Error {
  override readonly name: string = "ConnectError";
  readonly code: string;

  constructor(code: string, message: string, options: ConnectErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The same call may succeed later: the worker tries again (source: RetriableException). */
export class RetriableError extends ConnectError {
  override readonly name: string = "RetriableError";
  /** How long to wait before the next attempt, in milliseconds, when the other side said so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    options: ConnectErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** One record cannot be processed: `errors.tolerance` decides (source: DataException). */
export class DataError extends ConnectError {
  override readonly name: string = "DataError";
}

/** A schema could not be built or does not fit (source: SchemaBuilderException). */
export class SchemaBuilderError extends DataError {
  override readonly name: string = "SchemaBuilderError";
}

/** A field path or predicate alias could not be found (source: NotFoundException). */
export class NotFoundError extends ConnectError {
  override readonly name: string = "NotFoundError";
}

/**
 * A setting is wrong and a person must change it (source: ConfigException).
 *
 * `key` names the setting, so that the REST answer can stand beside it.
 */
export class ConfigError extends ConnectError {
  override readonly name: string = "ConfigError";
  readonly key: string | undefined;

  constructor(
    code: string,
    message: string,
    options: ConnectErrorOptions & { readonly key?: string } = {},
  ) {
    super(code, message, options);
    this.key = options.key;
  }
}
