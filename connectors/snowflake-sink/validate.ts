import { ConfigError, ConnectError } from "#connect-api";
import type { ConfigDef, ConfigReport, ConfigValue, Props } from "#connect-api";
import {
  AUTHENTICATOR,
  DATABASE_NAME,
  LOGIN_TIMEOUT_MS,
  OAUTH_CLIENT_ID,
  OAUTH_CLIENT_SECRET,
  PASSWORD,
  PRIVATE_KEY,
  PRIVATE_KEY_PASSPHRASE,
  ROLE_NAME,
  SCHEMA_NAME,
  URL_NAME,
  WAREHOUSE_NAME,
} from "./config.ts";
import { NotAuthorizedError } from "./errors.ts";
import { endpointOf } from "./login.ts";
import { privateKeyPem } from "./private-key.ts";
import { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { identifier, quoted } from "./table-names.ts";

type Problems = Map<string, string[]>;

/**
 * Checks a config: each key, keys that belong together, and then, if nothing is wrong so far, login, role,
 * database, schema, warehouse and privileges. Reports everything at once, on the key that has to be mended; writes nothing.
 */
export async function validateConfig(
  props: Props,
  definition: ConfigDef,
  settingsOf: (props: Props) => Settings,
): Promise<ConfigReport> {
  const report = definition.validate(props);
  const problems: Problems = new Map();
  checkTogether(report, problems);
  const isRight = report.every(({ errors }) => errors.length === 0) && problems.size === 0;
  if (isRight) {
    const settings = collect(problems, () => settingsOf(props));
    if (settings) await lookAround(settings, problems);
  }
  return report.map((value) => ({
    ...value,
    errors: [...value.errors, ...(problems.get(value.name) ?? [])],
  }));
}

function add(problems: Problems, key: string, why: string): void {
  problems.set(key, [...(problems.get(key) ?? []), why]);
}

function collect<T>(problems: Problems, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    add(problems, error.key ?? URL_NAME, error.message);
    return undefined;
  }
}

function checkTogether(report: readonly ConfigValue[], problems: Problems): void {
  const parsed = new Map(report.map(({ name, value }) => [name, value]));
  const textOf = (key: string): string => {
    const value = parsed.get(key) ?? "";
    return typeof value === "object" && "reveal" in value ? value.reveal() : String(value);
  };
  const url = textOf(URL_NAME);
  if (url !== "") collect(problems, () => endpointOf(url));
  const needed = (key: string, authenticator: string): boolean => {
    if (textOf(key) !== "") return true;
    add(problems, key, `Missing: ${AUTHENTICATOR}=${authenticator} needs ${key}`);
    return false;
  };
  switch (textOf(AUTHENTICATOR).toLowerCase()) {
    case "oauth":
      needed(OAUTH_CLIENT_ID, "oauth");
      needed(OAUTH_CLIENT_SECRET, "oauth");
      break;
    case "password":
      needed(PASSWORD, "password");
      break;
    case "snowflake_jwt":
      if (needed(PRIVATE_KEY, "snowflake_jwt")) {
        const passphrase = textOf(PRIVATE_KEY_PASSPHRASE);
        collect(problems, () =>
          privateKeyPem(textOf(PRIVATE_KEY), passphrase === "" ? undefined : passphrase),
        );
      }
      break;
    default:
  }
}

async function lookAround(settings: Settings, problems: Problems): Promise<void> {
  let session: Session | undefined;
  try {
    const signal = AbortSignal.timeout(2 * settings.values[LOGIN_TIMEOUT_MS]);
    session = await Session.open(settings, signal);
    await checkContext(session, settings, problems);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const key = error instanceof NotAuthorizedError ? keyOf(settings) : URL_NAME;
    add(problems, key, error.message);
  } finally {
    session?.close();
  }
}

/** The key that a refused login most likely has to do with. */
function keyOf({ values }: Settings): string {
  const keys: Readonly<Record<string, string>> = {
    oauth: OAUTH_CLIENT_SECRET,
    password: PASSWORD,
  };
  return keys[values[AUTHENTICATOR].toLowerCase()] ?? PRIVATE_KEY;
}

async function checkContext(
  session: Session,
  { values }: Settings,
  problems: Problems,
): Promise<void> {
  const answer = await session.execute(
    "SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE(), CURRENT_DATABASE(), CURRENT_SCHEMA()",
  );
  const [role, warehouse, database, schema] = answer.rows[0] ?? [];
  if (!warehouse) {
    const why =
      values[WAREHOUSE_NAME] === null
        ? "The user has no default warehouse, and no statement runs without one; set this key"
        : "The warehouse does not exist, or the role has no USAGE on it";
    add(problems, WAREHOUSE_NAME, why);
  }
  const missing = "does not exist, or the role has no USAGE on it";
  if (!database) add(problems, DATABASE_NAME, `The database ${missing}`);
  else if (!schema) add(problems, SCHEMA_NAME, `The schema ${missing}`);
  else if (role) await checkPrivileges(session, String(role), values, problems);
}

/** CREATE TABLE on the schema, by the role or by one that it has. */
async function checkPrivileges(
  session: Session,
  role: string,
  values: Settings["values"],
  problems: Problems,
): Promise<void> {
  const schema = `${identifier(values[DATABASE_NAME])}.${identifier(values[SCHEMA_NAME])}`;
  const seen = new Set<string>();
  const waiting = [role];
  while (waiting.length > 0) {
    const current = waiting.shift() as string;
    if (seen.has(current)) continue;
    seen.add(current);
    const { columns, rows } = await session.execute(`SHOW GRANTS TO ROLE ${quoted(current)}`);
    const at = (name: string): number => columns.findIndex((each) => each.toLowerCase() === name);
    const [privilegeAt, onAt, nameAt] = [at("privilege"), at("granted_on"), at("name")];
    for (const row of rows) {
      const [privilege, on] = [row[privilegeAt], row[onAt]].map((cell) =>
        String(cell).toUpperCase(),
      );
      const name = String(row[nameAt]).replaceAll('"', "");
      if (on === "ROLE" && privilege === "USAGE") waiting.push(name);
      const mayCreate =
        privilege === "CREATE TABLE" || privilege === "OWNERSHIP" || privilege === "ALL";
      if (on === "SCHEMA" && name === schema && mayCreate) return;
    }
  }
  add(
    problems,
    ROLE_NAME,
    `The role may not create tables; run: GRANT CREATE TABLE ON SCHEMA ${schema} TO ROLE ${role}`,
  );
}
