/** The optional package is not installed. */
export class GoogleSdkMissingError extends Error {
  override readonly name = "GoogleSdkMissingError";

  constructor(cause: unknown) {
    super("Google's client is not installed; run: npm install @googleapis/healthcare", { cause });
  }
}

/** No credentials, or such as Google does not take. */
export class GoogleCredentialsError extends Error {
  override readonly name = "GoogleCredentialsError";
}

/** No whole answer; `reason` is a short code. */
export class GoogleUnreachableError extends Error {
  override readonly name = "GoogleUnreachableError";
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Google gave no whole answer (${reason})`, options);
    this.reason = reason;
  }
}
