import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { parse as parseProperties } from "dot-properties";
import { ConfigError, fullMatch } from "#connect-api";
import type { Props } from "#connect-api";
import { hideValue } from "../logging/index.ts";
import { withPrefix } from "./worker-config.ts";

/** Gives values for the keys of a path: all of them, or those that were asked for. */
interface ConfigProvider {
  get(path: string, keys: ReadonlySet<string>): ReadonlyMap<string, string>;
  /** After so many milliseconds a value may be another one; beyond Kafka's own providers. */
  readonly ttlMs: number | undefined;
}

/** `${provider:path:key}` or `${provider:key}`. */
const PLACEHOLDER = /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g;

/** Names of secrets; hosts and paths that come from the environment may be told in errors, and are missed there. */
const SECRET = /pass|secret|token|credential|jaas|private|api.?key/i;

export interface ResolvedProps {
  readonly props: Props;
  /** The shortest time after which a value may be another one. */
  readonly ttlMs: number | undefined;
}

/**
 * Values that settings name instead of holding them: secrets in files or in the environment. Configs are stored
 * and shown with the placeholders; they are resolved where a connector or task gets them.
 *
 * Source: org.apache.kafka.common.config.ConfigTransformer, and the providers beside it.
 */
export class ConfigProviders {
  readonly #providers: ReadonlyMap<string, ConfigProvider>;

  private constructor(providers: ReadonlyMap<string, ConfigProvider>) {
    this.#providers = providers;
  }

  /** Those of `config.providers`. Throws ConfigError for a class that there is not. */
  static of(worker: Props): ConfigProviders {
    const aliases = (worker["config.providers"] ?? "").split(",").map((alias) => alias.trim());
    return new ConfigProviders(
      new Map(
        aliases
          .filter((alias) => alias !== "")
          .map((alias) => [
            alias,
            makeProvider(alias, withPrefix(worker, `config.providers.${alias}.`)),
          ]),
      ),
    );
  }

  /**
   * The settings with their placeholders replaced. What no provider knows stays as it is. Throws ConfigError
   * when a file cannot be read.
   */
  resolve(props: Props): ResolvedProps {
    if (this.#providers.size === 0) return { props, ttlMs: undefined };
    const wanted = new Map<string, Set<string>>();
    for (const value of Object.values(props)) {
      // A null of a posted config has nothing to replace.
      for (const [, alias = "", path = "", key = ""] of value?.matchAll(PLACEHOLDER) ?? []) {
        if (!this.#providers.has(alias)) continue;
        const place = `${alias}:${path}`;
        wanted.set(place, (wanted.get(place) ?? new Set()).add(key));
      }
    }
    if (wanted.size === 0) return { props, ttlMs: undefined };
    const found = new Map<string, ReadonlyMap<string, string>>();
    let ttlMs: number | undefined;
    for (const [place, keys] of wanted) {
      const alias = place.slice(0, place.indexOf(":"));
      const provider = this.#providers.get(alias);
      if (!provider) continue;
      const given = provider.get(place.slice(alias.length + 1), keys);
      found.set(place, given);
      if (provider.ttlMs !== undefined) ttlMs = Math.min(provider.ttlMs, ttlMs ?? Infinity);
    }
    for (const [setting, value] of Object.entries(props)) {
      for (const [, alias = "", path = "", key = ""] of value?.matchAll(PLACEHOLDER) ?? []) {
        const given = found.get(`${alias}:${path}`)?.get(key);
        if (given !== undefined && (SECRET.test(setting) || SECRET.test(key))) hideValue(given);
      }
    }
    const replaced = (text: string): string =>
      text.replaceAll(
        PLACEHOLDER,
        (whole, alias: string, path: string | undefined, key: string) =>
          found.get(`${alias}:${path ?? ""}`)?.get(key) ?? whole,
      );
    return {
      props: Object.fromEntries(
        Object.entries(props).map(([key, value]) => [
          key,
          value === null ? value : replaced(value),
        ]),
      ),
      ttlMs,
    };
  }
}

/**
 * A task config as it may be stored: where it has the resolved value of a setting that the connector's config
 * has with a placeholder, it gets the placeholder back.
 *
 * Source: org.apache.kafka.connect.runtime.AbstractHerder.reverseTransform.
 */
export function withPlaceholders(task: Props, raw: Props, resolved: Props): Props {
  return Object.fromEntries(
    Object.entries(task).map(([key, value]) => {
      const before = raw[key];
      const isSecret = before !== undefined && before !== resolved[key] && value === resolved[key];
      return [key, isSecret ? before : value];
    }),
  );
}

function makeProvider(alias: string, settings: Props): ConfigProvider {
  const name = settings["class"] ?? "";
  const own = withPrefix(settings, "param.");
  const simple = name.replace(/^org\.apache\.kafka\.common\.config\.provider\./, "");
  const ttlMs = own["ttl.ms"] === undefined ? undefined : Number(own["ttl.ms"]);
  switch (simple) {
    case "FileConfigProvider":
      return { ttlMs, get: (path, keys) => fromFile(allowed(path, own["allowed.paths"]), keys) };
    case "DirectoryConfigProvider":
      return { ttlMs, get: (path, keys) => fromFolder(allowed(path, own["allowed.paths"]), keys) };
    case "EnvVarConfigProvider":
      return { ttlMs, get: (path, keys) => fromEnvironment(path, keys, own["allowlist.pattern"]) };
    default: {
      const key = `config.providers.${alias}.class`;
      const message = `Invalid value ${name} for configuration ${key}: Class ${name} could not be found.`;
      throw new ConfigError("CONFIG_INVALID", message, { key });
    }
  }
}

/** undefined when the path is not below one of the allowed ones; nothing is given then, as in Kafka. */
function allowed(path: string, paths: string | undefined): string | undefined {
  if (paths === undefined || paths.trim() === "") return path;
  const isBelow = paths.split(",").some((each) => {
    const from = relative(real(each.trim()), real(path));
    return from === "" || (!from.startsWith("..") && !isAbsolute(from));
  });
  return isBelow ? path : undefined;
}

/** Links lead to where they lead. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

const NOTHING: ReadonlyMap<string, string> = new Map();

function fromFile(
  path: string | undefined,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  if (path === undefined || path === "") return NOTHING;
  let properties: Record<string, string>;
  try {
    properties = parseProperties(readFileSync(path, "utf8")) as Record<string, string>;
  } catch (cause) {
    const message = `Could not read properties from file ${path}`;
    throw new ConfigError("CONFIG_UNREADABLE", message, { cause });
  }
  return new Map(Object.entries(properties).filter(([key]) => keys.has(key)));
}

function fromFolder(
  path: string | undefined,
  keys: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  if (path === undefined || path === "") return NOTHING;
  try {
    const names = readdirSync(path).filter(
      (name) => keys.has(name) && statSync(join(path, name)).isFile(),
    );
    return new Map(names.map((name) => [name, readFileSync(join(path, name), "utf8")]));
  } catch (cause) {
    const message = `Could not list directory ${path}`;
    throw new ConfigError("CONFIG_UNREADABLE", message, { cause });
  }
}

function fromEnvironment(
  path: string,
  keys: ReadonlySet<string>,
  pattern: string | undefined,
): ReadonlyMap<string, string> {
  if (path !== "") {
    const message = "Path is not supported for EnvVarConfigProvider, invalid value '" + path + "'";
    throw new ConfigError("CONFIG_INVALID", message);
  }
  const isAllowed = pattern === undefined ? undefined : fullMatch(pattern);
  return new Map(
    [...keys].flatMap((key) => {
      const value = process.env[key];
      if (value === undefined || isAllowed?.test(key) === false) return [];
      return [[key, value] as const];
    }),
  );
}
