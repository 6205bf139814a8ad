import {
  RegistryError,
  clinicalReasons,
  consumersOfSubject,
  levelReasons,
  topicOfSubject,
} from "#lib/schema-registry";
import type {
  Consumer,
  NewSchema,
  RegisteredSchema,
  ResolvedSchema,
  SchemaRegistry,
} from "#lib/schema-registry";
import type { SchemaChoice } from "./registry-settings.ts";

const REFERENCES_MAX = 1000;

/**
 * The registered schema that records are written with: registered now, by id, GUID, metadata, the newest, or looked up.
 *
 * `own` is the schema that the data has by itself; undefined when it has none. Rejects with RegistryError.
 * Source: the order of io.confluent.kafka.serializers.AbstractKafkaAvroSerializer.
 */
export async function chooseSchema(
  registry: SchemaRegistry,
  choice: SchemaChoice,
  subject: string,
  own: NewSchema | undefined,
): Promise<RegisteredSchema> {
  if (choice.autoRegister && own) return registered(registry, choice, subject, own);
  if (choice.id !== undefined) {
    const chosen = await registry.read({ kind: "id", id: choice.id }, subject);
    return choice.isIdStrict ? readable(registry, chosen, own, `id ${choice.id}`) : chosen;
  }
  if (choice.guid !== undefined) {
    const chosen = await registry.read({ kind: "guid", guid: choice.guid }, subject);
    return choice.isIdStrict ? readable(registry, chosen, own, `GUID ${choice.guid}`) : chosen;
  }
  if (choice.metadata) {
    const chosen = await registry.latestWithMetadata(subject, choice.metadata);
    return choice.isLatestStrict ? readable(registry, chosen, own, "that metadata") : chosen;
  }
  if (choice.latest) {
    const chosen = await registry.latest(subject);
    return choice.isLatestStrict ? readable(registry, chosen, own, "the newest version") : chosen;
  }
  if (own) return registry.lookup(subject, own, choice.normalize);
  throw new RegistryError(
    "SCHEMA_NOT_FOUND",
    `Data without a schema came for ${subject}: set use.latest.version=true, so that it is written with the registered one`,
  );
}

async function registered(
  registry: SchemaRegistry,
  choice: SchemaChoice,
  subject: string,
  own: NewSchema,
): Promise<RegisteredSchema> {
  if (choice.policy === "none") return registry.register(subject, own, choice.normalize);
  try {
    return await registry.lookup(subject, own, choice.normalize);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const previous = await registry.latest(subject).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (previous) {
    const before = await resolved(registry, previous);
    const metadata = previous.metadata ? { metadata: previous.metadata } : {};
    // Without the consumers first: they are asked for only when something is refused.
    const reasons = clinicalReasons(
      { ...own, references: [], ...metadata },
      { ...before, ...metadata },
      [],
    );
    if (reasons.length > 0) {
      const consumers = consumersOfSubject(await connectorsOf(choice.consumersUrl), subject);
      const named = clinicalReasons(
        { ...own, references: [], ...metadata },
        { ...before, ...metadata },
        consumers,
      );
      throw new RegistryError(
        "SCHEMA_INCOMPATIBLE",
        `The schema is not registered as the next version of ${subject}: ${named.join("; ")}`,
      );
    }
  }
  return registry.register(subject, own, choice.normalize);
}

const isMissing = (error: unknown): boolean =>
  error instanceof RegistryError && error.code === "SCHEMA_NOT_FOUND";

/** The worker's connectors; none when it cannot be asked, because a refusal must not depend on it. */
async function connectorsOf(url: string | undefined): Promise<readonly Consumer[]> {
  if (url === undefined) return [];
  try {
    const response = await fetch(new URL("/connectors?expand=info", url), {
      signal: AbortSignal.timeout(5000),
    });
    const answer = (await response.json()) as Record<
      string,
      { info?: { config?: Record<string, string> } }
    >;
    return Object.entries(answer).map(([name, { info }]) => ({ name, config: info?.config ?? {} }));
  } catch {
    return [];
  }
}

async function readable(
  registry: SchemaRegistry,
  chosen: RegisteredSchema,
  own: NewSchema | undefined,
  what: string,
): Promise<RegisteredSchema> {
  if (!own || own.schema === chosen.schema) return chosen;
  const reasons = levelReasons("BACKWARD", await resolved(registry, chosen), [
    { ...own, references: [] },
  ]);
  if (reasons.length === 0) return chosen;
  throw new RegistryError(
    "SCHEMA_INCOMPATIBLE",
    `The schema with ${what} of ${topicOfSubject(chosen.subject ?? "the subject")} cannot read this data: ${reasons.join("; ")}`,
  );
}

/** A schema with the texts of what it refers to, in order of their own dependencies. */
export async function resolved(
  registry: SchemaRegistry,
  schema: NewSchema,
): Promise<ResolvedSchema> {
  const found = new Map<string, string>();
  const collect = async (references: NewSchema["references"]): Promise<void> => {
    for (const { name, subject, version } of references ?? []) {
      if (found.has(name)) continue;
      if (found.size >= REFERENCES_MAX) {
        throw new RegistryError("SCHEMA_INVALID", "The schema has too many references");
      }
      const target = await registry.version(subject, version);
      await collect(target.references);
      found.set(name, target.schema);
    }
  };
  await collect(schema.references);
  return {
    schemaType: schema.schemaType,
    schema: schema.schema,
    references: [...found].map(([name, text]) => ({ name, schema: text })),
  };
}
