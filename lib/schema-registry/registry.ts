/** The kinds of schema that registries of the Confluent API know. */
export type SchemaType = "AVRO" | "JSON" | "PROTOBUF";

export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** What belongs to a schema beside its text. Source: Confluent's data contracts. */
export interface SchemaMetadata {
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly sensitive?: readonly string[];
}

/** A schema as it is given to a registry. */
export interface NewSchema {
  readonly schemaType: SchemaType;
  readonly schema: string;
  readonly references?: readonly SchemaReference[];
  readonly metadata?: SchemaMetadata;
  readonly ruleSet?: unknown;
}

/** How a record on the wire names its schema. */
export type SchemaKey =
  /** Confluent's id, or Apicurio's content id. */
  | { readonly kind: "id"; readonly id: number }
  /** Apicurio's global id. */
  | { readonly kind: "globalId"; readonly id: number }
  /** Confluent's content GUID. */
  | { readonly kind: "guid"; readonly guid: string }
  /** AWS Glue's schema version id. */
  | { readonly kind: "versionId"; readonly uuid: string };

/** A schema as a registry knows it. Ids are those that the registry has; none is in all of them. */
export interface RegisteredSchema extends NewSchema {
  readonly id?: number;
  readonly globalId?: number;
  readonly guid?: string;
  readonly versionId?: string;
  readonly subject?: string;
  readonly version?: number;
}

/** The part of a registry that converters need. Every method rejects with RegistryError. */
export interface SchemaRegistry {
  /** The schema of a record; `subject` helps registries with contexts. */
  read(key: SchemaKey, subject?: string): Promise<RegisteredSchema>;
  latest(subject: string): Promise<RegisteredSchema>;
  version(subject: string, version: number): Promise<RegisteredSchema>;
  /** The newest version of the subject whose metadata has these properties. */
  latestWithMetadata(
    subject: string,
    properties: Readonly<Record<string, string>>,
  ): Promise<RegisteredSchema>;
  /** The same schema under the subject; SCHEMA_NOT_FOUND when it is not there. */
  lookup(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema>;
  register(subject: string, schema: NewSchema, normalize: boolean): Promise<RegisteredSchema>;
  close(): void;
}

/** What `schema plan` and the policy need beside. */
export interface GovernedRegistry extends SchemaRegistry {
  subjects(): Promise<readonly string[]>;
  versions(subject: string): Promise<readonly number[]>;
  /** Why the schema cannot become the next version; empty when it can. */
  incompatibilities(subject: string, schema: NewSchema): Promise<readonly string[]>;
}

export function keyText(key: SchemaKey): string {
  switch (key.kind) {
    case "id":
      return `id ${key.id}`;
    case "globalId":
      return `global id ${key.id}`;
    case "guid":
      return `GUID ${key.guid}`;
    case "versionId":
      return `schema version ${key.uuid}`;
  }
}
