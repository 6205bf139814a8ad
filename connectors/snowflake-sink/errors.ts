import { ConnectError, DataError, RetriableError } from "#connect-api";

/** Snowflake's number of an error; no text of Snowflake's is shown, because it may quote a value. */
export interface DriverError {
  readonly code?: string | number;
  readonly sqlState?: string;
  readonly name?: string;
}

/** The session is gone: it is opened again, once, before it counts as a retry. */
export class SessionExpiredError extends RetriableError {
  constructor(code: string, cause: unknown) {
    super(
      "SNOWFLAKE_SESSION_EXPIRED",
      `Snowflake's session has ended (${code}); it is opened anew`,
      {
        cause,
      },
    );
  }
}

/** Snowflake refused the login, or what the role may do (authorization). */
export class NotAuthorizedError extends ConnectError {
  constructor(what: string, code: string, cause: unknown) {
    super(
      "SNOWFLAKE_NOT_AUTHORIZED",
      `Snowflake refused ${what} (${code}); check the key or token, the role, and its grants`,
      { cause },
    );
  }
}

/** The driver tries to renew a session by itself, and tells what it could not renew as 407002 (disconnected). */
const SESSION_ENDED: ReadonlySet<string> = new Set([
  "390104",
  "390111",
  "390112",
  "390114",
  "407001",
  "407002",
]);
/** 2003: does not exist or not authorized; 3001: insufficient privileges; 2043: the same for a schema. */
const NOT_AUTHORIZED: ReadonlySet<string> = new Set([
  "2003",
  "2043",
  "3001",
  "3003",
  "606",
  "90105",
]);
/** Waits for a lock that took too long, a cancelled statement, a warehouse that starts. */
const PASSING: ReadonlySet<string> = new Set(["604", "605", "625", "630", "610"]);

/** The number of a driver's error without leading zeros, `1` for 000001. */
const numberOf = ({ code }: DriverError): string => String(code ?? "").replace(/^0+(?=\d)/, "");

/** What an error of a statement means for the batch. */
export function statementError(cause: DriverError): ConnectError {
  const code = numberOf(cause);
  if (SESSION_ENDED.has(code)) return new SessionExpiredError(code, cause);
  if (NOT_AUTHORIZED.has(code)) return new NotAuthorizedError("a statement", code, cause);
  // SQL state class 22: data exception. 100xxx: Snowflake's errors of values and their conversion.
  if (cause.sqlState?.startsWith("22") || /^100\d{3}$/.test(code)) {
    return new DataError(
      "SNOWFLAKE_VALUE_REFUSED",
      `Snowflake cannot store a value of the record (${code})`,
      { cause },
    );
  }
  if (cause.name !== "OperationFailedError" || PASSING.has(code)) {
    return new RetriableError(
      "SNOWFLAKE_UNAVAILABLE",
      `Snowflake did not take the statement (${code || cause.name}); it is tried again`,
      { cause },
    );
  }
  return new ConnectError(
    "SNOWFLAKE_STATEMENT_FAILED",
    `Snowflake answered ${code} (SQL state ${cause.sqlState ?? "none"}); look the statement up in Snowflake's query history`,
    { cause },
  );
}

/** What an error of a login means. A refused login may be mended while the task waits. */
export function loginError(cause: DriverError): ConnectError {
  const code = numberOf(cause);
  if (cause.name === "OperationFailedError" || /^39\d{4}$/.test(code)) {
    return new NotAuthorizedError("the login", code, cause);
  }
  return new RetriableError(
    "SNOWFLAKE_UNAVAILABLE",
    `Snowflake cannot be reached (${code || cause.name}); check snowflake.url.name and the network`,
    { cause },
  );
}
