import { ConfigError, RetriableError } from "#connect-api";
import type * as Snowflake from "snowflake-sdk";
import type { Bind, Connection, RowStatement, SnowflakeError } from "snowflake-sdk";
import { LOGIN_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from "./config.ts";
import { loginError, statementError } from "./errors.ts";
import type { DriverError } from "./errors.ts";
import { connectionOptions } from "./login.ts";
import type { Settings } from "./settings.ts";

/** A cell as text; numbers, times and documents come as Snowflake writes them. */
export type Cell = string | boolean | null;

export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows that the statement changed. */
  readonly changed: number;
}

/** What is used of the driver. */
type Sdk = Pick<typeof Snowflake, "configure" | "createConnection">;

let sdk: Promise<Sdk> | undefined;

/** The driver, loaded when the first task needs it. Throws ConfigError when it is not installed. */
function loadSdk(): Promise<Sdk> {
  sdk ??= import("snowflake-sdk").then(
    (module) => {
      const driver = ((module as unknown as { default?: Sdk }).default ?? module) as Sdk;
      // The driver's log quotes statements and answers, which hold records.
      driver.configure({ logLevel: "OFF", customLogger: silent });
      return driver;
    },
    (cause: unknown) => {
      sdk = undefined;
      throw new ConfigError(
        "SNOWFLAKE_SDK_MISSING",
        "The Snowflake driver is not installed; run: npm install snowflake-sdk",
        { cause },
      );
    },
  );
  return sdk;
}

const quiet = (): void => {};
const silent = { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet };

/**
 * One session with Snowflake. Statements run one after the other.
 *
 * Every statement has a deadline, because the driver never calls back for some answers and asks again for hours when a
 * server is away. A session whose statement missed it is given up: what it still does is undone by
 * the fence of the offsets table (`offset-table.ts`).
 */
export class Session {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  #isUsable = true;

  private constructor(connection: Connection, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** Logs in. Throws NotAuthorizedError, RetriableError or ConfigError. */
  static async open({ values }: Settings, signal: AbortSignal): Promise<Session> {
    const driver = await loadSdk();
    const connection = driver.createConnection(await connectionOptions(values, signal));
    const opened = new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(loginError(error as DriverError)) : resolve()));
    });
    await withDeadline(opened, values[LOGIN_TIMEOUT_MS], signal, "The login");
    return new Session(connection, values[REQUEST_TIMEOUT_MS]);
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Runs one statement. `binds`: values of its `?`, or rows of them for an INSERT. */
  async execute(
    sqlText: string,
    binds: readonly Bind[] | readonly (readonly Bind[])[] = [],
    signal?: AbortSignal,
  ): Promise<Answer> {
    let statement: RowStatement | undefined;
    const done = new Promise<Answer>((resolve, reject) => {
      statement = this.#connection.execute({
        sqlText,
        ...(binds.length === 0 ? {} : { binds: binds as Bind[] }),
        complete: (error: SnowflakeError | undefined, answered, rows) => {
          if (error) reject(statementError(error as unknown as DriverError));
          else resolve(answerOf(answered as RowStatement, (rows ?? []) as Cell[][]));
        },
      }) as RowStatement;
    });
    try {
      return await withDeadline(done, this.#timeoutMs, signal, "A statement");
    } catch (error) {
      // What became of the statement is not known, and its session may be in the middle of it.
      if (error instanceof RetriableError) {
        this.#isUsable = false;
        statement?.cancel(quiet);
        this.close();
      }
      throw error;
    }
  }

  /** Ends the session; an open transaction is rolled back by Snowflake. Waits for nothing. */
  close(): void {
    this.#isUsable = false;
    try {
      this.#connection.destroy(quiet);
    } catch {
      // It was not connected any more.
    }
  }
}

function answerOf(statement: RowStatement, rows: readonly (readonly Cell[])[]): Answer {
  const columns = (statement.getColumns() ?? []).map((column) => column.getName());
  return { columns, rows, changed: statement.getNumUpdatedRows() ?? 0 };
}

async function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = (why: string): void =>
      reject(new RetriableError("SNOWFLAKE_NO_ANSWER", `${what} ${why}; it is tried again`));
    timer = setTimeout(() => refuse(`got no answer within ${timeoutMs} ms`), timeoutMs);
    onAbort = () => refuse("was given up because the task stops");
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener("abort", onAbort);
    work.catch(quiet);
  }
}
