import { RegistryHttp } from "../http/registry-http.ts";
import type { RegistryAnswer, RegistryHttpOptions } from "../http/registry-http.ts";
import { RegistryError } from "../registry-error.ts";
import { keyText } from "../registry.ts";
import type {
  GovernedRegistry,
  NewSchema,
  RegisteredSchema,
  SchemaKey,
  SchemaMetadata,
  SchemaReference,
  SchemaType,
} from "../registry.ts";

const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

/** What a registry answers for a schema; older ones leave most of it out. */
interface SchemaAnswer {
  readonly id?: number;
  readonly guid?: string;
  readonly subject?: string;
  readonly version?: number;
  readonly schemaType?: SchemaType;
  readonly schema?: string;
  readonly references?: readonly SchemaReference[];
  readonly metadata?: SchemaMetadata | null;
  readonly ruleSet?: unknown;
}

/**
 * A registry with the Confluent API: Confluent's own, Karapace, AxonOps, Apicurio's ccompat, or the worker's embedded one.
 *
 * Members of answers that are not known are passed over, and those that older servers leave out are not needed.
 */
export class ConfluentRegistry implements GovernedRegistry {
  readonly #http: RegistryHttp;

  constructor(options: RegistryHttpOptions) {
    this.#http = new RegistryHttp({
      ...options,
      headers: {
        accept: `${MEDIA_TYPE}, application/vnd.schemaregistry+json, application/json`,
        "Confluent-Accept-Unknown-Properties": "true",
        ...options.headers,
      },
    });
  }

  async read(key: SchemaKey, subject?: string): Promise<RegisteredSchema> {
    if (key.kind === "id") {
      const query = subject === undefined ? "" : `?subject=${encodeURIComponent(subject)}`;
      const path = `/schemas/ids/${key.id}`;
      const found = await this.#get(path + query);
      return { ...schemaOf(found, `the ${keyText(key)}`), id: key.id };
    }
    if (key.kind === "guid") {
      return schemaOf(await this.#get(`/schemas/guids/${key.guid}`), `the ${keyText(key)}`);
    }
    throw new RegistryError(
      "SCHEMA_NOT_FOUND",
      `A registry with the Confluent API has no ${keyText(key)}; is the record of another registry?`,
    );
  }

  async latest(subject: string): Promise<RegisteredSchema> {
    return schemaOf(await this.#get(`${subjectPath(subject)}/versions/latest`), subject);
  }

  async version(subject: string, version: number): Promise<RegisteredSchema> {
    return schemaOf(await this.#get(`${subjectPath(subject)}/versions/${version}`), subject);
  }

  async latestWithMetadata(
    subject: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<RegisteredSchema> {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(properties)) {
      query.append("key", key);
      query.append("value", value);
    }
    return schemaOf(await this.#get(`${subjectPath(subject)}/metadata?${query}`), subject);
  }

  async lookup(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema> {
    const path = `${subjectPath(subject)}?normalize=${normalize}`;
    return completed(schema, subject, await this.#post(path, requestOf(schema)));
  }

  async register(
    subject: string,
    schema: NewSchema,
    normalize: boolean,
  ): Promise<RegisteredSchema> {
    const path = `${subjectPath(subject)}/versions?normalize=${normalize}`;
    return completed(schema, subject, await this.#post(path, requestOf(schema)));
  }

  async subjects(): Promise<readonly string[]> {
    return (await this.#get("/subjects")) as readonly string[];
  }

  async versions(subject: string): Promise<readonly number[]> {
    return (await this.#get(`${subjectPath(subject)}/versions`)) as readonly number[];
  }

  async incompatibilities(subject: string, schema: NewSchema): Promise<readonly string[]> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`;
    let answer: { is_compatible?: boolean; messages?: readonly string[] };
    try {
      answer = (await this.#post(path, requestOf(schema))) as typeof answer;
    } catch (error) {
      // Some registries say so for a subject that is new; nothing can be broken there.
      if (error instanceof RegistryError && error.code === "SCHEMA_NOT_FOUND") return [];
      throw error;
    }
    if (answer.is_compatible !== false) return [];
    return answer.messages?.length ? answer.messages : ["the registry gives no reason"];
  }

  close(): void {
    this.#http.close();
  }

  async #get(path: string): Promise<unknown> {
    return accepted(await this.#http.send("GET", path));
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    return accepted(await this.#http.send("POST", path, body, { "content-type": MEDIA_TYPE }));
  }
}

function subjectPath(subject: string): string {
  return `/subjects/${encodeURIComponent(subject)}`;
}

function requestOf({ schema, schemaType, references, metadata, ruleSet }: NewSchema): object {
  return {
    schema,
    // Old servers know Avro only, and know it without being told.
    ...(schemaType === "AVRO" ? {} : { schemaType }),
    ...(references?.length ? { references } : {}),
    ...(metadata ? { metadata } : {}),
    ...(ruleSet === undefined || ruleSet === null ? {} : { ruleSet }),
  };
}

function schemaOf(answer: unknown, what: string): RegisteredSchema {
  const found = (answer ?? {}) as SchemaAnswer;
  if (typeof found.schema !== "string") {
    throw new RegistryError("REGISTRY_FAILED", `The schema registry gave no schema for ${what}`);
  }
  return {
    ...numbersOf(found),
    schemaType: found.schemaType ?? "AVRO",
    schema: found.schema,
    references: found.references ?? [],
    ...(found.metadata ? { metadata: found.metadata } : {}),
    ...(found.ruleSet ? { ruleSet: found.ruleSet } : {}),
  };
}

function numbersOf({ id, guid, subject, version }: SchemaAnswer) {
  return {
    ...(id === undefined ? {} : { id }),
    ...(guid ? { guid } : {}),
    ...(subject ? { subject } : {}),
    ...(version === undefined || version === null ? {} : { version }),
  };
}

/** Registering and looking up may answer only an id. */
function completed(schema: NewSchema, subject: string, answer: unknown): RegisteredSchema {
  const found = (answer ?? {}) as SchemaAnswer;
  if (typeof found.id !== "number") {
    throw new RegistryError("REGISTRY_FAILED", `The schema registry gave no id for ${subject}`);
  }
  return { ...schema, ...numbersOf(found), subject, schema: found.schema ?? schema.schema };
}

/** The body of a good answer. Throws RegistryError for others. */
function accepted({ status, body }: RegistryAnswer): unknown {
  if (status >= 200 && status < 300) return body;
  const { error_code: code = status, message = "" } = (
    typeof body === "object" && body !== null ? body : {}
  ) as { error_code?: number; message?: string };
  const options = { errorCode: code };
  const text = message === "" ? `the schema registry answered ${status}` : message;
  switch (status) {
    case 404:
      throw new RegistryError("SCHEMA_NOT_FOUND", text, options);
    case 409:
      throw new RegistryError("SCHEMA_INCOMPATIBLE", text, options);
    case 401:
    case 403:
      throw new RegistryError("REGISTRY_REFUSED", text, options);
    case 413:
    case 422:
      throw new RegistryError("SCHEMA_INVALID", text, options);
    default:
      throw new RegistryError("REGISTRY_FAILED", text, options);
  }
}
