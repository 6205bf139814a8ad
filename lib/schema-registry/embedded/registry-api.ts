import { ERROR_CODES, RegistryError } from "../registry-error.ts";
import type { NewSchema, SchemaMetadata, SchemaReference, SchemaType } from "../registry.ts";
import type { EmbeddedRegistry } from "./embedded-registry.ts";
import { noSetting, notFound, refused } from "./refusals.ts";
import type { StoredVersion } from "./schema-store.ts";
import type { Mode, RegistryConfig } from "./scope-settings.ts";

export interface ApiRequest {
  readonly method: string;
  /** Below the address of the registry, decoded by segment: `["subjects", "a-value", "versions"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed JSON. */
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  /** JSON, or text for the raw text of a schema. */
  readonly body: unknown;
}

const ok = (body: unknown): ApiAnswer => ({ status: 200, body });
const SCHEMA_TYPES: readonly SchemaType[] = ["JSON", "AVRO"];

/**
 * Answers a request under the Confluent API. Never throws: what goes wrong is an answer with `error_code`.
 *
 * Not there: contexts other than the default, tags, associations, the DEK registry, exporters.
 */
export function answerRegistryRequest(registry: EmbeddedRegistry, request: ApiRequest): ApiAnswer {
  try {
    return route(registry, request) ?? failure(404, "HTTP 404 Not Found");
  } catch (error) {
    if (error instanceof RegistryError && error.errorCode !== undefined) {
      return failure(error.errorCode, error.message);
    }
    if (error instanceof RegistryError) return failure(ERROR_CODES.invalidSchema, error.message);
    return failure(ERROR_CODES.storeError, "Error in the backend data store");
  }
}

function failure(code: number, message: string): ApiAnswer {
  const status = Number(String(code).slice(0, 3));
  return { status, body: { error_code: code, message } };
}

function route(registry: EmbeddedRegistry, request: ApiRequest): ApiAnswer | undefined {
  const [first] = request.path;
  switch (first) {
    case undefined:
      return request.method === "GET" ? ok({}) : undefined;
    case "subjects":
      return subjects(registry, request);
    case "schemas":
      return schemas(registry, request);
    case "compatibility":
      return compatibility(registry, request);
    case "config":
      return config(registry, request);
    case "mode":
      return mode(registry, request);
    case "contexts":
      return request.method === "GET" ? ok(["."]) : undefined;
    case "v1":
      return ok({ version: "clinical-connect", id: "embedded", commitId: "" });
    default:
      return undefined;
  }
}

function subjects(registry: EmbeddedRegistry, request: ApiRequest): ApiAnswer | undefined {
  const { method, path, query, body } = request;
  const [, subject, what, version, part] = path;
  const isDeleted = isTrue(query, "deleted");
  if (subject === undefined) {
    const prefix = query.get("subjectPrefix") ?? "";
    const names = isTrue(query, "deletedOnly")
      ? registry.subjectNames(true).filter((name) => !registry.subjectNames(false).includes(name))
      : registry.subjectNames(isDeleted);
    return ok(
      page(
        names.filter((name) => name.startsWith(prefix.replace(/^:\*:|^:\.:/, ""))),
        query,
      ),
    );
  }
  if (what === undefined) {
    if (method === "DELETE") return ok(registry.deleteSubject(subject, isTrue(query, "permanent")));
    if (method !== "POST") return undefined;
    return ok(
      schemaAnswer(
        registry.findSame(subject, schemaOf(body), isTrue(query, "normalize"), isDeleted),
      ),
    );
  }
  if (what === "metadata") {
    const keys = query.getAll("key");
    const values = query.getAll("value");
    const wanted = Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""]));
    const found = registry
      .live(subject)
      .findLast(({ metadata }) =>
        Object.entries(wanted).every(([key, value]) => metadata?.properties?.[key] === value),
      );
    if (!found) throw notFound(ERROR_CODES.schemaNotFound, "Schema not found");
    return ok(schemaAnswer(found));
  }
  if (what !== "versions") return undefined;
  if (version === undefined) {
    if (method === "GET") {
      const versions = isDeleted ? registry.everything(subject) : registry.live(subject);
      if (versions.length === 0) registry.live(subject);
      return ok(
        page(
          versions.map((each) => each.version),
          query,
        ),
      );
    }
    if (method !== "POST") return undefined;
    const { version: wanted } = (body ?? {}) as { version?: number };
    const stored = registry.add(subject, schemaOf(body), {
      normalize: isTrue(query, "normalize"),
      force: isTrue(query, "force"),
      ...(typeof wanted === "number" && wanted > 0 ? { version: wanted } : {}),
    });
    return ok(schemaAnswer(stored));
  }
  const number = versionOf(version);
  if (method === "DELETE") {
    return ok(registry.deleteVersion(subject, number, isTrue(query, "permanent")));
  }
  const stored = registry.find(subject, number, isDeleted);
  if (part === undefined) return ok(schemaAnswer(stored));
  if (part === "schema") return ok(stored.schema);
  if (part === "referencedby") return ok(registry.referencedBy(subject, stored.version));
  return undefined;
}

function schemas(registry: EmbeddedRegistry, { path, query }: ApiRequest): ApiAnswer | undefined {
  const [, what, key, part] = path;
  if (what === undefined) {
    const isDeleted = isTrue(query, "deleted");
    const prefix = query.get("subjectPrefix") ?? "";
    let found = registry
      .all()
      .filter((each) => each.subject.startsWith(prefix) && (isDeleted || !each.isDeleted));
    if (isTrue(query, "latestOnly")) {
      const latest = new Map(found.map((each) => [each.subject, each]));
      found = [...latest.values()];
    }
    return ok(page(found.map(schemaAnswer), query));
  }
  if (what === "types") return ok(SCHEMA_TYPES);
  const byGuid = what === "guids";
  if (key === undefined || (!byGuid && what !== "ids")) return undefined;
  const found = byGuid ? registry.byGuid(key) : registry.byId(Number(key));
  const chosen = found.findLast(({ isDeleted }) => !isDeleted) ?? found.at(-1);
  if (!chosen) {
    throw notFound(ERROR_CODES.schemaNotFound, `Schema ${key} not found`);
  }
  const isListed = (each: StoredVersion): boolean => isTrue(query, "deleted") || !each.isDeleted;
  switch (part) {
    case undefined: {
      const { id: _id, schemaType, ...answer } = schemaAnswer(chosen) as Record<string, unknown>;
      // An absent type stands for Avro, as old clients expect.
      return ok({
        ...answer,
        ...(schemaType === "AVRO" ? {} : { schemaType }),
        ...(isTrue(query, "fetchMaxId")
          ? { maxId: Math.max(...registry.all().map(({ id }) => id)) }
          : {}),
      });
    }
    case "schema":
      return ok(chosen.schema);
    case "ids":
      return ok([{ context: ".", id: chosen.id }]);
    case "subjects":
      return ok([...new Set(found.filter(isListed).map(({ subject }) => subject))]);
    case "versions":
      return ok(found.filter(isListed).map(({ subject, version }) => ({ subject, version })));
    default:
      return undefined;
  }
}

function compatibility(
  registry: EmbeddedRegistry,
  { method, path, query, body }: ApiRequest,
): ApiAnswer | undefined {
  const [, , subject, , version] = path;
  if (method !== "POST" || subject === undefined) return undefined;
  const isVerbose = isTrue(query, "verbose");
  const versions = registry.everything(subject).filter(({ isDeleted }) => !isDeleted);
  const number = version === undefined ? undefined : versionOf(version);
  // Nothing can be broken in a subject that is new.
  if (versions.length === 0 && (number === undefined || number === "latest")) {
    registry.reasonsAgainst(subject, schemaOf(body), []);
    return ok({ is_compatible: true, ...(isVerbose ? { messages: [] } : {}) });
  }
  const chosen =
    number === undefined
      ? versions
      : number === "latest"
        ? versions.slice(-1)
        : [registry.find(subject, number)];
  let reasons: readonly string[];
  try {
    reasons = registry.reasonsAgainst(subject, schemaOf(body), chosen);
  } catch (error) {
    if (!isVerbose || !(error instanceof RegistryError)) throw error;
    reasons = [error.message];
  }
  return ok({
    is_compatible: reasons.length === 0,
    ...(isVerbose ? { messages: reasons } : {}),
  });
}

function config(
  registry: EmbeddedRegistry,
  { method, path, query, body }: ApiRequest,
): ApiAnswer | undefined {
  const [, scope = ""] = path;
  const shown = ({ compatibility, ...rest }: RegistryConfig): object => ({
    compatibilityLevel: compatibility ?? "BACKWARD",
    ...rest,
  });
  switch (method) {
    case "GET": {
      const own = registry.scopes.ownConfig(scope);
      if (own) return ok(shown(scope === "" ? own : { ...registry.scopes.ownConfig(""), ...own }));
      if (isTrue(query, "defaultToGlobal")) return ok(shown(registry.scopes.config(scope)));
      return failure(ERROR_CODES.noSubjectCompatibility, noSetting("compatibility", scope));
    }
    case "PUT": {
      const { compatibilityLevel, ...given } = (body ?? {}) as RegistryConfig & {
        compatibilityLevel?: RegistryConfig["compatibility"];
      };
      const level = given.compatibility ?? compatibilityLevel;
      const own = registry.scopes.setConfig(scope, {
        ...given,
        ...(level === undefined ? {} : { compatibility: level }),
      });
      return ok(own);
    }
    case "DELETE":
      return ok(shown(registry.scopes.deleteConfig(scope)));
    default:
      return undefined;
  }
}

function mode(
  registry: EmbeddedRegistry,
  { method, path, query, body }: ApiRequest,
): ApiAnswer | undefined {
  const [, scope = ""] = path;
  switch (method) {
    case "GET": {
      const own = registry.scopes.ownMode(scope);
      if (own) return ok({ mode: own });
      if (scope === "" || isTrue(query, "defaultToGlobal"))
        return ok({ mode: registry.scopes.mode(scope) });
      return failure(ERROR_CODES.noSubjectMode, noSetting("mode", scope));
    }
    case "PUT": {
      const { mode: wanted } = (body ?? {}) as { mode?: Mode };
      return ok({ mode: registry.scopes.setMode(scope, wanted as Mode, isTrue(query, "force")) });
    }
    case "DELETE":
      return ok({ mode: registry.scopes.deleteMode(scope) });
    default:
      return undefined;
  }
}

function schemaAnswer(stored: StoredVersion): object {
  const { subject, version, id, guid, schemaType, schema, references, metadata, ruleSet } = stored;
  return {
    subject,
    version,
    id,
    guid,
    schemaType,
    ...(references.length > 0 ? { references } : {}),
    ...(metadata ? { metadata } : {}),
    ...(ruleSet === undefined ? {} : { ruleSet }),
    schema,
    ...(stored.isDeleted ? { deleted: true } : {}),
  };
}

/** The schema of a request. Members that are not known are passed over. */
function schemaOf(body: unknown): NewSchema {
  const { schema, schemaType, references, metadata, ruleSet } = (body ?? {}) as {
    schema?: unknown;
    schemaType?: SchemaType;
    references?: readonly SchemaReference[];
    metadata?: SchemaMetadata | null;
    ruleSet?: unknown;
  };
  if (typeof schema !== "string" || schema === "") {
    throw refused(ERROR_CODES.invalidSchema, "The request has no schema");
  }
  return {
    schema,
    schemaType: schemaType ?? "AVRO",
    references: references ?? [],
    ...(metadata ? { metadata } : {}),
    ...(ruleSet === undefined || ruleSet === null ? {} : { ruleSet }),
  };
}

function versionOf(text: string): number | "latest" {
  if (text === "latest" || text === "-1") return "latest";
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= 0x7fffffff) return Number(text);
  throw refused(
    ERROR_CODES.invalidVersion,
    `The specified version '${text}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  );
}

function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === "true";
}

function page<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const offset = Number(query.get("offset") ?? 0);
  const limit = Number(query.get("limit") ?? -1);
  return items.slice(offset, limit < 0 ? undefined : offset + limit);
}
