import { COMPATIBILITY_LEVELS } from "../compatibility-level.ts";
import type { CompatibilityLevel } from "../compatibility-level.ts";
import { ERROR_CODES } from "../registry-error.ts";
import { noSetting, notFound, refused } from "./refusals.ts";
import type { SchemaStore } from "./schema-store.ts";

const MODES = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT", "FORWARD"] as const;
export type Mode = (typeof MODES)[number];

const GLOBAL = "";

/** Settings of one scope, as `PUT /config` takes them. */
export interface RegistryConfig {
  readonly compatibility?: CompatibilityLevel;
  readonly compatibilityPolicy?: "STRICT" | "LENIENT";
  readonly compatibilityGroup?: string;
  readonly normalize?: boolean;
  /** Ours: `none` leaves the policy out for a scope. */
  readonly schemaPolicy?: "clinical" | "none";
}

/** Settings and modes of the registry: of a subject, over the global ones. The scope `""` is the global one. */
export class ScopeSettings {
  readonly #store: SchemaStore;

  constructor(store: SchemaStore) {
    this.#store = store;
  }

  /** Settings of a subject over the global ones. */
  config(subject: string): RegistryConfig {
    return { ...this.ownConfig(GLOBAL), ...this.ownConfig(subject) };
  }
  /** Settings of one scope alone; undefined when there are none. `""` is the global scope. */
  ownConfig(scope: string): RegistryConfig | undefined {
    const text = this.#store.setting(scope, "config");
    if (text !== undefined) return JSON.parse(text) as RegistryConfig;
    return scope === GLOBAL ? { compatibility: "BACKWARD" } : undefined;
  }
  setConfig(scope: string, config: RegistryConfig): RegistryConfig {
    const { compatibility } = config;
    if (compatibility !== undefined && !COMPATIBILITY_LEVELS.includes(compatibility)) {
      throw refused(
        ERROR_CODES.invalidCompatibility,
        `Invalid compatibility level. Valid values are ${COMPATIBILITY_LEVELS.join(", ")}`,
      );
    }
    const merged = { ...this.ownConfig(scope), ...config };
    this.#store.setSetting(scope, "config", JSON.stringify(merged));
    return merged;
  }
  deleteConfig(scope: string): RegistryConfig {
    const own = this.ownConfig(scope);
    if (!own) throw notFound(ERROR_CODES.noSubjectCompatibility, noSetting("compatibility", scope));
    this.#store.removeSetting(scope, "config");
    return own;
  }

  mode(subject: string): Mode {
    return this.ownMode(subject) ?? this.ownMode(GLOBAL) ?? "READWRITE";
  }
  ownMode(scope: string): Mode | undefined {
    return this.#store.setting(scope, "mode") as Mode | undefined;
  }
  setMode(scope: string, mode: Mode, force: boolean): Mode {
    if (!MODES.includes(mode)) {
      throw refused(ERROR_CODES.invalidMode, `Invalid mode. Valid values are ${MODES.join(", ")}`);
    }
    const isUsed =
      scope === GLOBAL ? this.#store.all().length > 0 : this.#store.versions(scope).length > 0;
    if (mode === "IMPORT" && isUsed && !force) {
      throw refused(ERROR_CODES.operationNotPermitted, "Cannot import: schemas exist already");
    }
    this.#store.setSetting(scope, "mode", mode);
    return mode;
  }
  deleteMode(scope: string): Mode {
    const mode = this.ownMode(scope);
    if (!mode) throw notFound(ERROR_CODES.noSubjectMode, noSetting("mode", scope));
    this.#store.removeSetting(scope, "mode");
    return mode;
  }

  /** Forgets what was set for a subject. */
  clear(subject: string): void {
    this.#store.removeSetting(subject, "config");
    this.#store.removeSetting(subject, "mode");
  }
}
