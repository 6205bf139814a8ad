/** One HTTP request to a FHIR store. The writer counts on it that this is one attempt: nothing below repeats it. */
export interface StoreRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Relative to the base of the store: empty for the base itself (Bundles), else `Patient/1`. */
  readonly path: string;
  readonly body?: string;
  /** An entity tag as the store gave it (`W/"3"`), echoed and never read. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

export interface StoreAnswer {
  readonly status: number;
  /** Value of a header; the name is given in lower case. */
  header(name: string): string | undefined;
  readonly body: string;
}

/** A FHIR R4 server, behind whatever it wants for authorization. */
export interface FhirStore {
  /** Throws StoreUnreachableError when there is no whole answer, so nobody knows what the store did. */
  request(request: StoreRequest): Promise<StoreAnswer>;
  close(): void;
}

/** No whole answer: refused, reset, timed out, cut short. `reason` is a short code, never a text of the other side. */
export class StoreUnreachableError extends Error {
  override readonly name = "StoreUnreachableError";
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`The FHIR server gave no whole answer (${reason})`, options);
    this.reason = reason;
  }
}

/** What a person has to mend before anything can be written; it ends the writer. */
export class StoreSetupError extends Error {
  override readonly name = "StoreSetupError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One resource that the store will not take. The message holds codes and element paths only. */
export class WriteRefusedError extends Error {
  override readonly name = "WriteRefusedError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
