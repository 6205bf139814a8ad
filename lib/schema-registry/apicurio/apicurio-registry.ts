import { RegistryHttp } from "../http/registry-http.ts";
import type { RegistryAnswer, RegistryHttpOptions } from "../http/registry-http.ts";
import { RegistryError } from "../registry-error.ts";
import { keyText } from "../registry.ts";
import type {
  NewSchema,
  RegisteredSchema,
  SchemaKey,
  SchemaReference,
  SchemaRegistry,
  SchemaType,
} from "../registry.ts";

interface VersionAnswer {
  readonly version: string;
  readonly globalId: number;
  readonly contentId: number;
  readonly artifactType: string;
}

interface ReferenceAnswer {
  readonly groupId?: string | null;
  readonly artifactId: string;
  readonly version: string;
  readonly name: string;
}

/** What may be done when the artifact exists: add a version, take the same one, or fail. */
export type IfExists = "FAIL" | "CREATE_VERSION" | "FIND_OR_CREATE_VERSION";

export interface ApicurioOptions extends RegistryHttpOptions {
  readonly groupId: string;
  readonly ifExists: IfExists;
}

/**
 * Apicurio Registry's own API (v3). A subject is an artifact; its versions are texts, and one that is a whole number is
 * also our version.
 */
export class ApicurioRegistry implements SchemaRegistry {
  readonly #http: RegistryHttp;
  readonly #groupId: string;
  readonly #ifExists: IfExists;

  /** Addresses end in /apis/registry/v3. */
  constructor({ groupId, ifExists, ...http }: ApicurioOptions) {
    this.#http = new RegistryHttp(http);
    this.#groupId = groupId;
    this.#ifExists = ifExists;
  }

  async read(key: SchemaKey): Promise<RegisteredSchema> {
    if (key.kind !== "id" && key.kind !== "globalId") {
      const message = `Apicurio has no ${keyText(key)}; is the record of another registry?`;
      throw new RegistryError("SCHEMA_NOT_FOUND", message);
    }
    const path = `/ids/${key.kind === "id" ? "contentIds" : "globalIds"}/${key.id}`;
    const content = contentText(await this.#get(path));
    const references = (await this.#get(`${path}/references`)) as readonly ReferenceAnswer[];
    return {
      ...(key.kind === "id" ? { id: key.id } : { globalId: key.id }),
      schemaType: typeOfContent(content),
      schema: content,
      references: references.map((each) => this.#reference(each)),
    };
  }

  latest(subject: string): Promise<RegisteredSchema> {
    return this.#version(subject, "branch=latest");
  }

  version(subject: string, version: number): Promise<RegisteredSchema> {
    // The subject of a reference carries the version's own text.
    const [artifact = "", own] = subject.split("@");
    return this.#version(artifact, own ?? String(version));
  }

  latestWithMetadata(): Promise<RegisteredSchema> {
    const message = "Apicurio keeps no metadata of schemas: use.latest.with.metadata has no effect";
    return Promise.reject(new RegistryError("REGISTRY_FAILED", message));
  }

  async lookup(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema> {
    const { group, artifact } = this.#place(subject);
    const query = new URLSearchParams({ groupId: group, artifactId: artifact });
    if (normalize) query.set("canonical", "true");
    const { status, body } = await this.#http.send(
      "POST",
      `/search/versions?${query}`,
      JSON.parse(schema.schema),
      { "content-type": "application/json" },
    );
    const { versions = [] } = accepted({ status, body }) as { versions?: readonly VersionAnswer[] };
    const found = versions.at(-1);
    if (found) return this.#registered(schema, subject, found);
    throw new RegistryError("SCHEMA_NOT_FOUND", `The artifact ${artifact} has no such schema`);
  }

  async register(
    subject: string,
    schema: NewSchema,
    normalize: boolean,
  ): Promise<RegisteredSchema> {
    const { group, artifact } = this.#place(subject);
    const path = `/groups/${encodeURIComponent(group)}/artifacts?ifExists=${this.#ifExists}&canonical=${normalize}`;
    const references = (schema.references ?? []).map(({ name, subject: target, version }) => {
      const place = this.#place(target);
      return {
        name,
        groupId: place.group,
        artifactId: place.artifact,
        version: place.version ?? String(version),
      };
    });
    const answer = await this.#post(path, {
      artifactId: artifact,
      artifactType: schema.schemaType,
      firstVersion: {
        content: { content: schema.schema, contentType: "application/json", references },
      },
    });
    return this.#registered(schema, subject, (answer as { version: VersionAnswer }).version);
  }

  close(): void {
    this.#http.close();
  }

  async #version(subject: string, expression: string): Promise<RegisteredSchema> {
    const { group, artifact } = this.#place(subject);
    const path = `/groups/${encodeURIComponent(group)}/artifacts/${encodeURIComponent(artifact)}/versions/${encodeURIComponent(expression)}`;
    const version = (await this.#get(path)) as VersionAnswer;
    const content = contentText(await this.#get(`${path}/content`));
    const references = (await this.#get(`${path}/references`)) as readonly ReferenceAnswer[];
    const schema: NewSchema = {
      schemaType: version.artifactType as SchemaType,
      schema: content,
      references: references.map((each) => this.#reference(each)),
    };
    return this.#registered(schema, subject, version);
  }

  #registered(schema: NewSchema, subject: string, answer: VersionAnswer): RegisteredSchema {
    const version = Number(answer.version);
    return {
      ...schema,
      subject,
      id: answer.contentId,
      globalId: answer.globalId,
      ...(Number.isInteger(version) ? { version } : {}),
    };
  }

  #reference({ groupId, artifactId, version, name }: ReferenceAnswer): SchemaReference {
    const group = groupId ?? this.#groupId;
    return { name, subject: `${group}/${artifactId}@${version}`, version: -1 };
  }

  #place(subject: string): { group: string; artifact: string; version: string | undefined } {
    const [place = "", version] = subject.split("@");
    const slash = place.indexOf("/");
    return slash < 0
      ? { group: this.#groupId, artifact: place, version }
      : { group: place.slice(0, slash), artifact: place.slice(slash + 1), version };
  }

  async #get(path: string): Promise<unknown> {
    return accepted(await this.#http.send("GET", path));
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    return accepted(
      await this.#http.send("POST", path, body, { "content-type": "application/json" }),
    );
  }
}

function accepted({ status, body }: RegistryAnswer): unknown {
  if (status >= 200 && status < 300) return body;
  const { title, detail } = (typeof body === "object" && body !== null ? body : {}) as {
    title?: string;
    detail?: string;
  };
  const text = title ?? detail ?? `Apicurio answered ${status}`;
  switch (status) {
    case 404:
      throw new RegistryError("SCHEMA_NOT_FOUND", text);
    case 409:
      throw new RegistryError("SCHEMA_INCOMPATIBLE", text);
    case 401:
    case 403:
      throw new RegistryError("REGISTRY_REFUSED", text);
    case 400:
    case 422:
      throw new RegistryError("SCHEMA_INVALID", text);
    default:
      throw new RegistryError("REGISTRY_FAILED", text);
  }
}

/** The client parses JSON, and a schema is JSON: its text again. */
function contentText(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** An answer by id names no type: Avro's types have a name of Avro's, JSON Schemas have not. */
function typeOfContent(text: string): SchemaType {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return text.startsWith("syntax") ? "PROTOBUF" : "AVRO";
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return "AVRO";
  const { type, name, $schema, properties } = json as Record<string, unknown>;
  if ($schema !== undefined || properties !== undefined) return "JSON";
  const isJson = ["object", "integer", "number"].includes(String(type)) && name === undefined;
  return isJson ? "JSON" : "AVRO";
}
