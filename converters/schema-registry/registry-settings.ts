import type {
  RegistryHttpOptions,
  SchemaRegistry,
  WireFormat,
  ZeroPrefix,
} from "#lib/schema-registry";

/** What a converter was told about its registry, whatever kind it is. */
export interface RegistrySettings {
  readonly registry: SchemaRegistry;
  readonly format: WireFormat;
  readonly useId: "contentId" | "globalId";
  /** What a leading zero stands for when reading. */
  readonly zero: ZeroPrefix;
  subjectOf(topic: string, recordName: string | undefined): string;
  readonly choice: SchemaChoice;
  readonly recordSchemas: "auto" | "always" | "never";
  /** Milliseconds; Infinity for ever. */
  readonly latestMs: number;
  readonly schemasMax: number;
}

/** Which schema is written, in the order in which the settings count. */
export interface SchemaChoice {
  readonly autoRegister: boolean;
  readonly normalize: boolean;
  readonly id: number | undefined;
  readonly guid: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly latest: boolean;
  readonly isIdStrict: boolean;
  readonly isLatestStrict: boolean;
  readonly policy: "clinical" | "none";
  readonly consumersUrl: string | undefined;
}

export type { RegistryHttpOptions };
