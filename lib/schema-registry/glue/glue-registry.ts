import { setTimeout as delay } from "node:timers/promises";
import type * as GlueSdk from "@aws-sdk/client-glue";
import type {
  GetSchemaVersionCommandInput,
  GlueClient,
  GlueClientConfig,
} from "@aws-sdk/client-glue";
import { RegistryError } from "../registry-error.ts";
import { keyText } from "../registry.ts";
import type {
  NewSchema,
  RegisteredSchema,
  SchemaKey,
  SchemaRegistry,
  SchemaType,
} from "../registry.ts";

type Glue = typeof GlueSdk;

/** AWS Glue takes no longer definition. */
const DEFINITION_CHARACTERS_MAX = 170_000;

export interface GlueOptions {
  readonly client: GlueClientConfig;
  readonly registryName: string;
  /** Level of schemas that are made: NONE, BACKWARD, FULL_ALL, … */
  readonly compatibility: string;
  readonly description: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** How often and how long apart a new version is looked at until it is available. */
  readonly pollMs: number;
  readonly pollsMax: number;
  /** Requests at the same time: Glue throttles those of a whole account. */
  readonly concurrency: number;
}

/**
 * AWS Glue Schema Registry. A subject is a schema of one registry; versions are known by UUID.
 *
 * The SDK (`@aws-sdk/client-glue`) is loaded at the first request.
 * Source: how AWS's own Java client asks (AWSSchemaRegistryClient).
 */
export class GlueRegistry implements SchemaRegistry {
  readonly #options: GlueOptions;
  readonly #closing = new AbortController();
  #loaded: Promise<{ readonly glue: Glue; readonly client: GlueClient }> | undefined;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: GlueOptions) {
    this.#options = options;
  }

  async read(key: SchemaKey): Promise<RegisteredSchema> {
    if (key.kind !== "versionId") {
      const message = `AWS Glue has no ${keyText(key)}; is the record of another registry?`;
      throw new RegistryError("SCHEMA_NOT_FOUND", message);
    }
    return this.#versionOf({ SchemaVersionId: key.uuid });
  }

  latest(subject: string): Promise<RegisteredSchema> {
    return this.#versionOf({
      SchemaId: this.#schemaId(subject),
      SchemaVersionNumber: { LatestVersion: true },
    });
  }

  version(subject: string, version: number): Promise<RegisteredSchema> {
    return this.#versionOf({
      SchemaId: this.#schemaId(subject),
      SchemaVersionNumber: { VersionNumber: version },
    });
  }

  latestWithMetadata(): Promise<RegisteredSchema> {
    const message = "AWS Glue is not searched by metadata";
    return Promise.reject(new RegistryError("REGISTRY_FAILED", message));
  }

  async lookup(subject: string, schema: NewSchema): Promise<RegisteredSchema> {
    const found = await this.#send((glue, client) =>
      client.send(
        new glue.GetSchemaByDefinitionCommand({
          SchemaId: this.#schemaId(subject),
          SchemaDefinition: schema.schema,
        }),
      ),
    );
    if (found.Status === "AVAILABLE" && found.SchemaVersionId) {
      return { ...schema, subject, versionId: found.SchemaVersionId };
    }
    if (found.Status === "FAILURE") throw incompatible(subject);
    throw new RegistryError("SCHEMA_NOT_FOUND", `The schema of ${subject} is ${found.Status}`);
  }

  async register(subject: string, schema: NewSchema): Promise<RegisteredSchema> {
    // Glue says only that the input is invalid.
    if (schema.schema.length > DEFINITION_CHARACTERS_MAX) {
      const message = `The schema of ${subject} has ${schema.schema.length} characters; AWS Glue takes ${DEFINITION_CHARACTERS_MAX}`;
      throw new RegistryError("SCHEMA_INVALID", message);
    }
    try {
      return await this.lookup(subject, schema);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== "SCHEMA_NOT_FOUND") throw error;
    }
    const id = await this.#added(subject, schema);
    await this.#available(subject, id);
    return { ...schema, subject, versionId: id };
  }

  /** A version of a schema that exists, or the first of a new one. */
  async #added(subject: string, schema: NewSchema): Promise<string> {
    try {
      const { SchemaVersionId: id } = await this.#send((glue, client) =>
        client.send(
          new glue.RegisterSchemaVersionCommand({
            SchemaId: this.#schemaId(subject),
            SchemaDefinition: schema.schema,
          }),
        ),
      );
      if (id) return id;
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== "SCHEMA_NOT_FOUND") throw error;
    }
    const { registryName, compatibility, description, tags } = this.#options;
    const { SchemaVersionId: id } = await this.#send((glue, client) =>
      client.send(
        new glue.CreateSchemaCommand({
          RegistryId: { RegistryName: registryName },
          SchemaName: subject,
          DataFormat: schema.schemaType,
          Compatibility: compatibility as never,
          SchemaDefinition: schema.schema,
          ...(description === undefined ? {} : { Description: description }),
          ...(Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {}),
        }),
      ),
    );
    if (id) return id;
    throw new RegistryError("REGISTRY_FAILED", `AWS Glue gave no version id for ${subject}`);
  }

  /** Waits until a version can be used. The id of one that failed its check is of no use to anybody. */
  async #available(subject: string, id: string): Promise<void> {
    const { pollMs, pollsMax } = this.#options;
    for (let poll = 0; poll < pollsMax; poll += 1) {
      if (poll > 0) await delay(pollMs, undefined, { signal: this.#closing.signal });
      const { Status: status } = await this.#send((glue, client) =>
        client.send(new glue.GetSchemaVersionCommand({ SchemaVersionId: id })),
      );
      if (status === "AVAILABLE") return;
      if (status === "FAILURE") throw incompatible(subject);
      if (status === "DELETING") break;
    }
    throw new RegistryError(
      "REGISTRY_UNAVAILABLE",
      `AWS Glue still checks the new schema version of ${subject}`,
    );
  }

  close(): void {
    this.#closing.abort();
    void this.#loaded?.then(({ client }) => client.destroy()).catch(() => undefined);
  }

  async #versionOf(input: GetSchemaVersionCommandInput): Promise<RegisteredSchema> {
    const found = await this.#send((glue, client) =>
      client.send(new glue.GetSchemaVersionCommand(input)),
    );
    const { SchemaDefinition: schema, SchemaVersionId: versionId, DataFormat: format } = found;
    if (schema === undefined || versionId === undefined) {
      throw new RegistryError("REGISTRY_FAILED", "AWS Glue gave no schema definition");
    }
    const name = found.SchemaArn?.split("/").at(-1);
    return {
      schemaType: (format ?? "AVRO") as SchemaType,
      schema,
      versionId,
      ...(name ? { subject: name } : {}),
      ...(found.VersionNumber === undefined ? {} : { version: found.VersionNumber }),
    };
  }

  #schemaId(subject: string) {
    return { RegistryName: this.#options.registryName, SchemaName: subject };
  }

  async #send<T>(request: (glue: Glue, client: GlueClient) => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      this.#loaded ??= load(this.#options.client);
      const { glue, client } = await this.#loaded;
      return await request(glue, client);
    } catch (error) {
      throw registryErrorOf(error);
    } finally {
      // The place is handed on, so that nobody who comes in between takes it too.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

async function load(config: GlueClientConfig) {
  const glue = await import("@aws-sdk/client-glue").catch(() => {
    throw new RegistryError(
      "REGISTRY_REFUSED",
      "AWS Glue needs a package that is not installed: npm install @aws-sdk/client-glue",
    );
  });
  return { glue, client: new glue.GlueClient(config) };
}

function incompatible(subject: string): RegistryError {
  return new RegistryError(
    "SCHEMA_INCOMPATIBLE",
    `AWS Glue's check of the new schema version of ${subject} failed: it does not fit the compatibility of the schema`,
  );
}

function registryErrorOf(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const { name, message, $metadata } = error as {
    name: string;
    message: string;
    $metadata?: { httpStatusCode?: number };
  };
  const text = `AWS Glue: ${name}: ${message}`;
  if (name === "EntityNotFoundException") return new RegistryError("SCHEMA_NOT_FOUND", text);
  if (/^(InvalidInput|AlreadyExists|ResourceNumberLimit)/.test(name)) {
    return new RegistryError("SCHEMA_INVALID", text);
  }
  if (/AccessDenied|UnrecognizedClient|Credentials|ExpiredToken|InvalidSignature/.test(name)) {
    return new RegistryError("REGISTRY_REFUSED", text);
  }
  const status = $metadata?.httpStatusCode;
  const isLater = status === undefined || status === 429 || status >= 500 || /Throttl/.test(name);
  return new RegistryError(isLater ? "REGISTRY_UNAVAILABLE" : "REGISTRY_FAILED", text);
}
