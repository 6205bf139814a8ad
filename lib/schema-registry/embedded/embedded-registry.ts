import { avroSchemaText } from "#lib/avro";
import { avroOf, levelReasons } from "../compatibility-level.ts";
import type { ResolvedSchema } from "../compatibility-level.ts";
import { contentGuid } from "../guid.ts";
import { MAJOR_VERSION } from "../policy/clinical-policy.ts";
import type { VersionedSchema } from "../policy/clinical-policy.ts";
import { ERROR_CODES, RegistryError } from "../registry-error.ts";
import { keyText } from "../registry.ts";
import type {
  GovernedRegistry,
  NewSchema,
  RegisteredSchema,
  SchemaKey,
  SchemaReference,
} from "../registry.ts";
import { notFound, refused } from "./refusals.ts";
import { checkSchema, hashOf, isSame } from "./schema-content.ts";
import { SchemaStore } from "./schema-store.ts";
import type { StoredVersion } from "./schema-store.ts";
import { ScopeSettings } from "./scope-settings.ts";

const SCHEMA_CHARACTERS_MAX = 1_000_000;
const REFERENCES_DEPTH_MAX = 32;

/** Decides on a change beyond the compatibility level: reasons against it, or none. */
export type RegistrationPolicy = (
  subject: string,
  next: VersionedSchema,
  previous: readonly VersionedSchema[],
) => readonly string[];

/**
 * A schema registry in this process, with the rules of Confluent's: the same content has the same id under every subject, a
 * subject's versions only grow, and a new one must be compatible with those before it.
 */
export class EmbeddedRegistry implements GovernedRegistry {
  readonly #store: SchemaStore;
  /** Levels and modes, of subjects and of all. */
  readonly scopes: ScopeSettings;
  /** Set by who runs the registry; asked before a version is stored. */
  policy: RegistrationPolicy | undefined;

  constructor(folder?: string) {
    this.#store = new SchemaStore(folder);
    this.scopes = new ScopeSettings(this.#store);
  }

  async read(key: SchemaKey): Promise<RegisteredSchema> {
    const found =
      key.kind === "id"
        ? this.#store.byId(key.id)
        : key.kind === "guid"
          ? this.#store.byGuid(key.guid)
          : [];
    const [first] = found;
    if (!first) {
      throw notFound(ERROR_CODES.schemaNotFound, `There is no schema with the ${keyText(key)}`);
    }
    return registeredOf(found.findLast(({ isDeleted }) => !isDeleted) ?? first);
  }

  async latest(subject: string): Promise<RegisteredSchema> {
    return registeredOf(this.find(subject, "latest"));
  }
  async version(subject: string, version: number): Promise<RegisteredSchema> {
    return registeredOf(this.find(subject, version));
  }
  async latestWithMetadata(
    subject: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<RegisteredSchema> {
    const found = this.live(subject).findLast(({ metadata }) =>
      Object.entries(properties).every(([key, value]) => metadata?.properties?.[key] === value),
    );
    if (!found) {
      throw notFound(ERROR_CODES.schemaNotFound, "No version has metadata with these properties");
    }
    return registeredOf(found);
  }
  async lookup(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema> {
    return registeredOf(this.findSame(subject, schema, normalize));
  }
  async register(
    subject: string,
    schema: NewSchema,
    normalize: boolean,
  ): Promise<RegisteredSchema> {
    return registeredOf(this.add(subject, schema, { normalize }));
  }
  async subjects(): Promise<readonly string[]> {
    return this.subjectNames(false);
  }
  async versions(subject: string): Promise<readonly number[]> {
    return this.live(subject).map(({ version }) => version);
  }
  async incompatibilities(subject: string, schema: NewSchema): Promise<readonly string[]> {
    return this.reasonsAgainst(subject, schema, this.#store.versions(subject).filter(isLive));
  }
  close(): void {
    // The process keeps it open: another user of the same folder may be there.
  }
  /** Closes the file. Nothing may use the registry afterwards. */
  dispose(): void {
    this.#store.close();
  }

  subjectNames(withDeleted: boolean): readonly string[] {
    const versions = this.#store.all().filter((each) => withDeleted || isLive(each));
    return [...new Set(versions.map(({ subject }) => subject))];
  }

  all(): readonly StoredVersion[] {
    return this.#store.all();
  }

  /** Versions of a subject that are not deleted. Throws when there are none. */
  live(subject: string): readonly StoredVersion[] {
    const versions = this.#store.versions(subject).filter(isLive);
    if (versions.length > 0) return versions;
    throw notFound(ERROR_CODES.subjectNotFound, `Subject '${subject}' not found.`);
  }

  everything(subject: string): readonly StoredVersion[] {
    return this.#store.versions(subject);
  }

  find(subject: string, version: number | "latest", withDeleted = false): StoredVersion {
    const versions = withDeleted ? this.#store.versions(subject) : this.live(subject);
    if (versions.length === 0) {
      throw notFound(ERROR_CODES.subjectNotFound, `Subject '${subject}' not found.`);
    }
    const found =
      version === "latest" ? versions.at(-1) : versions.find((each) => each.version === version);
    if (found) return found;
    throw notFound(ERROR_CODES.versionNotFound, `Version ${version} not found.`);
  }

  findSame(subject: string, schema: NewSchema, normalize: boolean, withDeleted = false) {
    const versions = this.#store.versions(subject).filter((each) => withDeleted || isLive(each));
    if (versions.length === 0) {
      throw notFound(ERROR_CODES.subjectNotFound, `Subject '${subject}' not found.`);
    }
    const wanted = this.#prepared(
      schema,
      normalize || this.scopes.config(subject).normalize === true,
    );
    const found = versions.findLast((each) => isSame(each, wanted));
    if (found) return found;
    throw notFound(ERROR_CODES.schemaNotFound, "Schema not found");
  }

  /** Adds a version, or gives the one that has the same content. */
  add(
    subject: string,
    schema: NewSchema,
    options: {
      readonly normalize?: boolean;
      readonly force?: boolean;
      readonly version?: number;
    } = {},
  ): StoredVersion {
    const settings = this.scopes.config(subject);
    const given = this.#prepared(
      schema,
      (options.normalize ?? false) || settings.normalize === true,
    );
    return this.#store.transaction(() => {
      const versions = this.#store.versions(subject);
      const live = versions.filter(isLive);
      const same = live.findLast((each) => isSame(each, given));
      if (same) return same;
      // What is not given stays as it was.
      const last = live.at(-1);
      const metadata = given.metadata ?? last?.metadata;
      const ruleSet = given.ruleSet ?? last?.ruleSet;
      const wanted = {
        ...given,
        ...(metadata ? { metadata } : {}),
        ...(ruleSet ? { ruleSet } : {}),
      };
      const mode = this.scopes.mode(subject);
      if (mode === "READONLY" || mode === "READONLY_OVERRIDE") {
        throw refused(ERROR_CODES.operationNotPermitted, `Subject ${subject} is in ${mode} mode`);
      }
      const highest = Math.max(0, ...versions.map(({ version }) => version));
      if (options.version !== undefined && mode !== "IMPORT" && options.version > highest + 1) {
        throw refused(ERROR_CODES.invalidSchema, `The next version is not ${options.version}`);
      }
      const isChecked = mode !== "IMPORT" && mode !== "FORWARD" && !options.force;
      if (isChecked) {
        const reasons = this.reasonsAgainst(subject, wanted, live);
        if (reasons.length > 0) {
          throw new RegistryError(
            "SCHEMA_INCOMPATIBLE",
            `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${reasons.join("; ")}]`,
            { errorCode: ERROR_CODES.incompatible },
          );
        }
      }
      const guid = contentGuid(wanted);
      const content = {
        guid,
        schemaType: wanted.schemaType,
        schema: wanted.schema,
        references: wanted.references ?? [],
        metadata: wanted.metadata,
        ruleSet: wanted.ruleSet ?? undefined,
      };
      const id = this.#store.contentId(hashOf(wanted), content);
      const version = this.#store.addVersion(subject, id);
      return { ...content, subject, version, id, isDeleted: false };
    });
  }

  /** Reasons of the level and of the policy against a schema as the next version. */
  reasonsAgainst(
    subject: string,
    schema: NewSchema,
    versions: readonly StoredVersion[],
  ): readonly string[] {
    const next = this.#resolved(this.#prepared(schema, false));
    checkSchema(next);
    const settings = this.scopes.config(subject);
    const policy = settings.schemaPolicy === "none" ? undefined : this.policy;
    const { compatibility, compatibilityPolicy } = settings;
    // Under the policy, majors are what versions are grouped by.
    const compatibilityGroup = settings.compatibilityGroup ?? (policy ? MAJOR_VERSION : undefined);
    const group = (metadata: NewSchema["metadata"]): string | undefined =>
      compatibilityGroup === undefined ? undefined : metadata?.properties?.[compatibilityGroup];
    const compared = versions.filter((each) => group(each.metadata) === group(schema.metadata));
    const previous = compared.map((each) => ({ ...this.#resolved(each), version: each.version }));
    const level = compatibility ?? "BACKWARD";
    const reasons = levelReasons(level, next, previous, compatibilityPolicy ?? "STRICT");
    // The policy sees the versions of all groups: it is what asks for the new one.
    const all = versions.map((each) => ({
      ...this.#resolved(each),
      version: each.version,
      ...(each.metadata ? { metadata: each.metadata } : {}),
    }));
    const metadata = schema.metadata ? { metadata: schema.metadata } : {};
    return [...reasons, ...(policy?.(subject, { ...next, ...metadata }, all) ?? [])];
  }

  /** Soft first, then for good. Returns what was deleted. */
  deleteVersion(subject: string, version: number | "latest", isPermanent: boolean): number {
    return this.#store.transaction(() => {
      const versions = this.#store.versions(subject);
      const found =
        version === "latest"
          ? versions.findLast(isLive)
          : versions.find((each) => each.version === version);
      if (versions.length === 0) {
        throw notFound(ERROR_CODES.subjectNotFound, `Subject '${subject}' not found.`);
      }
      if (!found) throw notFound(ERROR_CODES.versionNotFound, `Version ${version} not found.`);
      if (isPermanent && !found.isDeleted) {
        const message = `Version ${found.version} of ${subject} must be deleted softly first`;
        throw notFound(ERROR_CODES.versionNotSoftDeleted, message);
      }
      if (!isPermanent && found.isDeleted) {
        const message = `Version ${found.version} of ${subject} was deleted already`;
        throw notFound(ERROR_CODES.versionSoftDeleted, message);
      }
      this.#checkUnused(subject, found.version);
      if (isPermanent) this.#store.remove(subject, found.version);
      else this.#store.setDeleted(subject, found.version);
      return found.version;
    });
  }

  deleteSubject(subject: string, isPermanent: boolean): readonly number[] {
    return this.#store.transaction(() => {
      const versions = this.#store.versions(subject);
      if (versions.length === 0) {
        throw notFound(ERROR_CODES.subjectNotFound, `Subject '${subject}' not found.`);
      }
      const live = versions.filter(isLive);
      if (isPermanent && live.length > 0) {
        const message = `Subject '${subject}' must be deleted softly first`;
        throw notFound(ERROR_CODES.subjectNotSoftDeleted, message);
      }
      if (!isPermanent && live.length === 0) {
        throw notFound(ERROR_CODES.subjectSoftDeleted, `Subject '${subject}' was deleted already`);
      }
      const chosen = isPermanent ? versions : live;
      for (const { version } of chosen) this.#checkUnused(subject, version);
      for (const { version } of chosen) {
        if (isPermanent) this.#store.remove(subject, version);
        else this.#store.setDeleted(subject, version);
      }
      this.scopes.clear(subject);
      return chosen.map(({ version }) => version);
    });
  }

  /** Ids of schemas that refer to a version. */
  referencedBy(subject: string, version: number): readonly number[] {
    const ids = this.#store
      .all()
      .filter(isLive)
      .filter(({ references }) =>
        references.some((each) => each.subject === subject && each.version === version),
      )
      .map(({ id }) => id);
    return [...new Set(ids)];
  }

  #checkUnused(subject: string, version: number): void {
    const [user] = this.referencedBy(subject, version);
    if (user === undefined) return;
    throw refused(
      ERROR_CODES.referenceExists,
      `One or more references exist to the schema ${subject} version ${version} (id ${user})`,
    );
  }

  byId(id: number): readonly StoredVersion[] {
    return this.#store.byId(id);
  }
  byGuid(guid: string): readonly StoredVersion[] {
    return this.#store.byGuid(guid);
  }

  /** Checks a schema and gives the text that is stored. */
  #prepared(schema: NewSchema, normalize: boolean): NewSchema {
    if (schema.schema.length > SCHEMA_CHARACTERS_MAX) {
      const message = `The schema has more than ${SCHEMA_CHARACTERS_MAX} characters`;
      throw refused(ERROR_CODES.schemaTooLarge, message);
    }
    const resolved = this.#resolved(schema);
    checkSchema(resolved);
    if (!normalize) return schema;
    const references = (schema.references ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const text =
      schema.schemaType === "AVRO"
        ? avroSchemaText(avroOf(resolved))
        : JSON.stringify(JSON.parse(schema.schema));
    return { ...schema, references, schema: text };
  }

  #resolved(schema: Pick<NewSchema, "schemaType" | "schema" | "references">): ResolvedSchema {
    const found = new Map<string, string>();
    const collect = (references: readonly SchemaReference[], depth: number): void => {
      if (depth > REFERENCES_DEPTH_MAX) {
        throw refused(ERROR_CODES.invalidSchema, "References are nested too deeply");
      }
      for (const { name, subject, version } of references) {
        if (found.has(name)) continue;
        const target = this.#store
          .versions(subject)
          .findLast((each) => (version === -1 ? isLive(each) : each.version === version));
        if (!target) {
          const message = `No schema reference found for subject "${subject}" and version ${version}`;
          throw refused(ERROR_CODES.invalidSchema, message);
        }
        collect(target.references, depth + 1);
        found.set(name, target.schema);
      }
    };
    collect(schema.references ?? [], 0);
    return {
      schemaType: schema.schemaType,
      schema: schema.schema,
      references: [...found].map(([name, text]) => ({ name, schema: text })),
    };
  }
}

const isLive = ({ isDeleted }: StoredVersion): boolean => !isDeleted;

function registeredOf(stored: StoredVersion): RegisteredSchema {
  const { subject, version, id, guid, schemaType, schema, references, metadata, ruleSet } = stored;
  return {
    subject,
    version,
    id,
    guid,
    schemaType,
    schema,
    references,
    ...(metadata ? { metadata } : {}),
    ...(ruleSet === undefined ? {} : { ruleSet }),
  };
}
