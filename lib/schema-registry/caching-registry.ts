import { RegistryError } from "./registry-error.ts";
import { keyText } from "./registry.ts";
import type { NewSchema, RegisteredSchema, SchemaKey, SchemaRegistry } from "./registry.ts";

export interface CacheOptions {
  /** Schemas by key; the oldest are given up. */
  readonly sizeMax: number;
  /** How long a registry's "not found" is believed; milliseconds. */
  readonly missingMs: number;
  /** How long the newest version of a subject is believed; milliseconds, Infinity for ever. */
  readonly latestMs: number;
  readonly now?: () => number;
}

interface Entry {
  readonly expiresAt: number;
  readonly value: RegisteredSchema | RegistryError;
}

/**
 * A registry that is asked once: schemas by id never change, so they stay; the same question at the same time is one
 * request; and "not found" is believed for a while, so that poison records do not become a storm of requests.
 *
 * When the registry is down, the newest version that was known goes on to be used past its time.
 */
export class CachingRegistry implements SchemaRegistry {
  readonly #registry: SchemaRegistry;
  readonly #options: CacheOptions;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<RegisteredSchema>>();

  constructor(registry: SchemaRegistry, options: CacheOptions) {
    this.#registry = registry;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  read(key: SchemaKey, subject?: string): Promise<RegisteredSchema> {
    return this.#once(`read ${keyText(key)}`, Infinity, () => this.#registry.read(key, subject));
  }
  latest(subject: string): Promise<RegisteredSchema> {
    const { latestMs } = this.#options;
    return this.#once(`latest ${subject}`, latestMs, () => this.#registry.latest(subject));
  }
  version(subject: string, version: number): Promise<RegisteredSchema> {
    return this.#once(`version ${version} ${subject}`, Infinity, () =>
      this.#registry.version(subject, version),
    );
  }
  latestWithMetadata(
    subject: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<RegisteredSchema> {
    const name = `metadata ${JSON.stringify(properties)} ${subject}`;
    return this.#once(name, this.#options.latestMs, () =>
      this.#registry.latestWithMetadata(subject, properties),
    );
  }
  lookup(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema> {
    return this.#once(`lookup ${subject} ${textOf(schema)}`, Infinity, () =>
      this.#registry.lookup(subject, schema, normalize),
    );
  }
  register(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema> {
    return this.#once(`register ${subject} ${textOf(schema)}`, Infinity, () =>
      this.#registry.register(subject, schema, normalize),
    );
  }
  close(): void {
    this.#registry.close();
  }

  #once(
    name: string,
    lifetimeMs: number,
    ask: () => Promise<RegisteredSchema>,
  ): Promise<RegisteredSchema> {
    const entry = this.#entries.get(name);
    if (entry && entry.expiresAt > this.#now()) return settled(entry.value);
    const pending = this.#pending.get(name);
    if (pending) return pending;
    const stale = entry && !(entry.value instanceof RegistryError) ? entry.value : undefined;
    const asked = this.#ask(name, lifetimeMs, stale, ask);
    this.#pending.set(name, asked);
    return asked;
  }

  async #ask(
    name: string,
    lifetimeMs: number,
    stale: RegisteredSchema | undefined,
    ask: () => Promise<RegisteredSchema>,
  ): Promise<RegisteredSchema> {
    try {
      const value = await ask();
      this.#keep(name, value, lifetimeMs);
      return value;
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (stale && error.code === "REGISTRY_UNAVAILABLE") return stale;
      // A refusal is believed for as long as "not found" is: the subject may change.
      const isAnswer = error.code === "SCHEMA_NOT_FOUND" || error.code === "SCHEMA_INCOMPATIBLE";
      if (isAnswer) this.#keep(name, error, this.#options.missingMs);
      throw error;
    } finally {
      this.#pending.delete(name);
    }
  }

  #keep(name: string, value: RegisteredSchema | RegistryError, lifetimeMs: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, expiresAt: this.#now() + lifetimeMs });
    if (this.#entries.size <= this.#options.sizeMax) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

function settled(value: RegisteredSchema | RegistryError): Promise<RegisteredSchema> {
  return value instanceof RegistryError ? Promise.reject(value) : Promise.resolve(value);
}

function textOf({ schema, schemaType, references }: NewSchema): string {
  return JSON.stringify([schemaType, schema, references ?? []]);
}
