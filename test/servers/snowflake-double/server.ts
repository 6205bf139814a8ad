import { createPublicKey, createHash, randomUUID, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { finished } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import { Engine, SnowflakeDoubleError } from "./engine.ts";
import type { Binding, EngineSession, Result } from "./engine.ts";

/** What is to go wrong with a request. */
export type Fault =
  /** The connection breaks before the statement is looked at. */
  | { readonly kind: "refuse" }
  /** The statement is done, and its answer is lost. */
  | { readonly kind: "lose-answer" }
  /** No answer, and the statement is not done. */
  | { readonly kind: "hang" }
  /** The statement is done, and no answer comes. */
  | { readonly kind: "hang-after" }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "error"; readonly code: string; readonly sqlState?: string }
  /** The answer lacks the member `returned`, for which the driver waits for ever. */
  | { readonly kind: "no-returned" };

export interface StatementSeen {
  readonly sql: string;
  /** Rows of an array binding. */
  readonly rows: number;
}

export interface User {
  readonly publicKeyPem?: string;
  readonly password?: string;
  readonly oauthToken?: string;
  readonly defaultWarehouse?: string;
  readonly defaultRole?: string;
}

export interface SnowflakeDoubleOptions {
  readonly users: Readonly<Record<string, User>>;
  readonly databases?: Readonly<Record<string, readonly string[]>>;
  readonly warehouses?: readonly string[];
  /** Grants by role: privilege, kind, name. A role that has a role inherits its grants. */
  readonly roles?: Readonly<Record<string, readonly (readonly [string, string, string])[]>>;
}

interface SessionState {
  readonly engine: EngineSession;
  readonly user: string;
  readonly role: string;
  readonly warehouse: string | null;
  readonly database: string | null;
  readonly schema: string | null;
  isExpired: boolean;
}

/**
 * A double of Snowflake's wire protocol on DuckDB, for the unmodified Node driver.
 *
 * Enforces what Snowflake enforces and DuckDB does not: key-pair tokens, DDL that commits, MERGE sources that
 * name a row once, locks that are waited for, one execution for each request id, sessions that expire, roles and grants.
 * What it believes of Snowflake comes from its documentation and from the driver's source, not from an account.
 */
export class SnowflakeDouble {
  readonly #options: SnowflakeDoubleOptions;
  readonly #engine: Engine;
  readonly #sessions = new Map<string, SessionState>();
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #hanging = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });
  /** Asked for every statement; undefined: nothing goes wrong. */
  fault: (statement: StatementSeen) => Fault | undefined = () => undefined;
  readonly statements: StatementSeen[] = [];
  logins = 0;
  #requests = 0;
  /** Whether logins are refused, as for a user that was locked. */
  isLoginRefused = false;

  private constructor(options: SnowflakeDoubleOptions, engine: Engine) {
    this.#options = options;
    this.#engine = engine;
  }

  static async start(options: SnowflakeDoubleOptions): Promise<SnowflakeDouble> {
    const databases = options.databases ?? { BRONZE: ["PUBLIC"] };
    const schemas = Object.entries(databases).flatMap(([database, names]) =>
      names.map((schema) => [database, schema] as const),
    );
    const double = new SnowflakeDouble(options, await Engine.open(schemas));
    await new Promise<void>((resolve) => double.#server.listen(0, "127.0.0.1", resolve));
    return double;
  }

  /** Sources of MERGE are no longer looked through: for benchmarks, which would measure it. */
  trustMerges(): void {
    this.#engine.isChecking = false;
  }

  /** For `snowflake.url.name`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  /** Every session ends, as after a long pause: the driver cannot renew it either. */
  expireSessions(): void {
    for (const session of this.#sessions.values()) session.isExpired = true;
  }

  /** The driver asks for a new token of a session by its master token. */
  #renew({ oldSessionToken = "" }: { readonly oldSessionToken?: string }): unknown {
    const session = this.#sessions.get(oldSessionToken);
    if (!session || session.isExpired) {
      return { data: null, code: "390114", message: "token expired", success: false };
    }
    const sessionToken = randomUUID();
    this.#sessions.set(sessionToken, session);
    return {
      data: { sessionToken, masterToken: randomUUID(), validityInSecondsST: 3600, sessionId: 1 },
      success: true,
    };
  }

  /** Runs a statement beside all sessions, to look at what is stored. */
  async query(sql: string, database = "BRONZE", schema = "PUBLIC"): Promise<Result["rows"]> {
    const session = await this.#engine.session(database, schema);
    try {
      return (await session.execute(sql, [])).rows;
    } finally {
      await session.close();
    }
  }

  async stop(): Promise<void> {
    // The driver would ask again for a minute if its connection broke.
    await this.#quiet();
    const open = [...this.#hanging].filter(({ destroyed }) => !destroyed);
    for (const response of open) {
      answer(response, { data: {}, code: "000604", message: "stopped", success: false });
    }
    await Promise.all(open.map((response) => finished(response).catch(() => undefined)));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.all([...this.#sessions.values()].map(({ engine }) => engine.close()));
    this.#engine.close();
  }

  /** Waits until the drivers have said what they still had to say: cancellations, ends of sessions. */
  async #quiet(): Promise<void> {
    let seen = -1;
    while (seen !== this.#requests) {
      seen = this.#requests;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await bodyOf(request);
    switch (url.pathname) {
      case "/session/v1/login-request":
        return answer(response, await this.#login(url, body as LoginBody));
      case "/queries/v1/query-request":
        return this.#query(request, url, body as QueryBody, response);
      case "/session/token-request":
        return answer(response, this.#renew(body as { readonly oldSessionToken?: string }));
      case "/session":
        await this.#endSession(request);
        return answer(response, { data: null, success: true });
      default:
        return answer(response, { data: null, success: true });
    }
  }

  async #login(url: URL, { data }: LoginBody): Promise<unknown> {
    this.logins += 1;
    const name = data.LOGIN_NAME.toUpperCase();
    const user = this.#options.users[name];
    const refused = (code: string): unknown => ({
      data: {},
      code,
      message: "refused",
      success: false,
    });
    if (!user || this.isLoginRefused) return refused("390100");
    if (!isAuthentic(user, name, data)) return refused("390144");
    const { roles = {}, databases = { BRONZE: ["PUBLIC"] }, warehouses = ["LOAD"] } = this.#options;
    const role = url.searchParams.get("roleName") ?? user.defaultRole ?? "PUBLIC";
    if (role !== "PUBLIC" && !(role in roles)) return refused("390189");
    const wanted = url.searchParams.get("warehouse") ?? user.defaultWarehouse ?? "";
    const database = url.searchParams.get("databaseName") ?? "";
    const schema = url.searchParams.get("schemaName") ?? "";
    const hasDatabase = database in databases;
    const hasSchema = hasDatabase && (databases[database] ?? []).includes(schema);
    const state: SessionState = {
      engine: await this.#engine.session(
        hasSchema ? database : undefined,
        hasSchema ? schema : undefined,
      ),
      user: name,
      role,
      warehouse: warehouses.includes(wanted) ? wanted : null,
      database: hasDatabase ? database : null,
      schema: hasSchema ? schema : null,
      isExpired: false,
    };
    const token = randomUUID();
    this.#sessions.set(token, state);
    const sessionInfo = {
      databaseName: state.database,
      schemaName: state.schema,
      warehouseName: state.warehouse,
      roleName: state.role,
    };
    return {
      data: {
        token,
        masterToken: randomUUID(),
        parameters: [{ name: "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", value: 65_280 }],
        sessionInfo,
        ...sessionInfo,
      },
      success: true,
    };
  }

  async #query(
    request: IncomingMessage,
    url: URL,
    body: QueryBody,
    response: ServerResponse,
  ): Promise<void> {
    const session = this.#sessions.get(tokenOf(request));
    if (!session || session.isExpired) {
      const code = session ? "390112" : "390104";
      return answer(response, { data: {}, code, message: "session", success: false });
    }
    const bindings = bindingsOf(body);
    const seen = { sql: body.sqlText, rows: rowsOf(bindings) };
    const id = url.searchParams.get("requestId") ?? randomUUID();
    const isRepeated = this.#answers.has(id);
    if (!isRepeated) this.statements.push(seen);
    const fault = isRepeated ? undefined : this.fault(seen);
    if (fault?.kind === "refuse") return void response.destroy();
    if (fault?.kind === "hang") return void this.#hanging.add(response);
    if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.ms));
    // A request that comes again with its id is not executed again.
    const result = this.#answers.get(id) ?? this.#execute(session, body.sqlText, bindings, fault);
    if (fault?.kind !== "error") this.#answers.set(id, result);
    const sent = (await result) as { data: { returned?: number } };
    if (fault?.kind === "lose-answer") return void response.destroy();
    if (fault?.kind === "hang-after") return void this.#hanging.add(response);
    if (fault?.kind === "no-returned") delete sent.data.returned;
    answer(response, sent);
  }

  async #execute(
    session: SessionState,
    sql: string,
    bindings: readonly Binding[],
    fault: Fault | undefined,
  ): Promise<unknown> {
    try {
      if (fault?.kind === "error") {
        throw new SnowflakeDoubleError(fault.code, fault.sqlState ?? "", "fault");
      }
      const own = this.#ownAnswer(session, sql);
      return success(sql, own ?? (await session.engine.execute(sql, bindings)));
    } catch (error) {
      if (!(error instanceof SnowflakeDoubleError)) throw error;
      const { code, sqlState, message } = error;
      return { data: { errorCode: code, sqlState }, code, message, success: false };
    }
  }

  /** What is not in the data: context functions and grants. */
  #ownAnswer(session: SessionState, sql: string): Result | undefined {
    if (sql.startsWith("SELECT CURRENT_ROLE()")) {
      const { role, warehouse, database, schema } = session;
      return {
        columns: ["ROLE", "WAREHOUSE", "DATABASE", "SCHEMA"],
        rows: [[role, warehouse, database, schema]],
      };
    }
    const role = /^SHOW GRANTS TO ROLE "([^"]+)"/.exec(sql)?.[1];
    if (role === undefined) return undefined;
    const grants = this.#options.roles?.[role] ?? [];
    return {
      columns: ["created_on", "privilege", "granted_on", "name"],
      rows: grants.map(([privilege, on, name]) => ["2026-01-01", privilege, on, name]),
    };
  }

  async #endSession(request: IncomingMessage): Promise<void> {
    const token = tokenOf(request);
    const session = this.#sessions.get(token);
    this.#sessions.delete(token);
    await session?.engine.close();
  }
}

interface LoginBody {
  readonly data: {
    readonly LOGIN_NAME: string;
    readonly PASSWORD?: string;
    readonly AUTHENTICATOR?: string;
    readonly TOKEN?: string;
  };
}

interface QueryBody {
  readonly sqlText: string;
  readonly bindings?: Readonly<Record<string, Binding>>;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) return {};
  const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
  return JSON.parse(text.toString("utf8"));
}

function answer(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

const tokenOf = ({ headers }: IncomingMessage): string =>
  /Token="([^"]+)"/.exec(headers.authorization ?? "")?.[1] ?? "";

function bindingsOf({ bindings = {} }: QueryBody): readonly Binding[] {
  return Object.keys(bindings)
    .toSorted((a, b) => Number(a) - Number(b))
    .map((position) => bindings[position] as Binding);
}

const rowsOf = (bindings: readonly Binding[]): number => {
  const value = bindings[0]?.value;
  return Array.isArray(value) ? value.length : 0;
};

/** Statement types by which the driver knows what a count means. */
const TYPE_IDS: Readonly<Record<string, number>> = {
  SELECT: 4096,
  INSERT: 12_544,
  UPDATE: 12_800,
  DELETE: 13_056,
  MERGE: 13_312,
};

function success(sql: string, { columns, rows }: Result): unknown {
  const word = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? "";
  return {
    data: {
      parameters: [],
      rowtype: columns.map((name) => ({
        name,
        type: "text",
        nullable: true,
        length: 16_777_216,
        precision: null,
        scale: null,
      })),
      rowset: rows,
      total: rows.length,
      returned: rows.length,
      queryId: randomUUID(),
      queryResultFormat: "json",
      statementTypeId: TYPE_IDS[word] ?? 8192,
      version: 1,
    },
    success: true,
    code: null,
    message: null,
  };
}

function isAuthentic(user: User, name: string, data: LoginBody["data"]): boolean {
  switch (data.AUTHENTICATOR) {
    case "SNOWFLAKE_JWT":
      return (
        user.publicKeyPem !== undefined && isTokenOf(user.publicKeyPem, name, data.TOKEN ?? "")
      );
    case "OAUTH":
      return user.oauthToken !== undefined && user.oauthToken === data.TOKEN;
    default:
      return user.password !== undefined && user.password === data.PASSWORD;
  }
}

/** Checks a key-pair token: signature, issuer with the key's fingerprint, subject, and time. */
function isTokenOf(publicKeyPem: string, name: string, token: string): boolean {
  const key = createPublicKey(publicKeyPem);
  const [head = "", payload = "", signature = ""] = token.split(".");
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${payload}`),
    key,
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) return false;
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as {
    readonly iss: string;
    readonly sub: string;
    readonly exp: number;
  };
  const account = claims.sub.split(".")[0] ?? "";
  // The driver writes milliseconds where the standard has seconds; Snowflake takes both.
  const expiresAt = claims.exp > 1e11 ? claims.exp : claims.exp * 1000;
  return (
    claims.sub === `${account}.${name}` &&
    claims.iss === `${claims.sub}.SHA256:${fingerprint(key)}` &&
    expiresAt > Date.now()
  );
}

function fingerprint(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("base64");
}
