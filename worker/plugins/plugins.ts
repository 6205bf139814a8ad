import { ConfigError, SinkConnector, SourceConnector } from "#connect-api";
import type {
  Connector,
  Converter,
  HeaderConverter,
  PluginManifest,
  Predicate,
  Transformation,
} from "#connect-api";
import { getLogger } from "../logging/index.ts";
import { VersionRange, compareVersions } from "./version-range.ts";

const log = getLogger("worker.plugins");

/** Kinds in the order in which REST lists them. */
export const PLUGIN_KINDS = [
  "sink",
  "source",
  "transformation",
  "predicate",
  "converter",
  "header_converter",
] as const;
export type PluginKind = (typeof PLUGIN_KINDS)[number];

interface Instances {
  sink: Connector;
  source: Connector;
  transformation: Transformation;
  predicate: Predicate;
  converter: Converter;
  header_converter: HeaderConverter;
}

export interface Plugin<K extends PluginKind = PluginKind> {
  readonly kind: K;
  /** As written in the manifest. */
  readonly name: string;
  readonly version: string | undefined;
  readonly create: new () => Instances[K];
}

/** Endings that may be left out of a simple name, by kind. */
const ENDINGS: Readonly<Record<PluginKind, string>> = {
  sink: "Connector",
  source: "Connector",
  transformation: "Transformation",
  predicate: "Predicate",
  converter: "Converter",
  header_converter: "HeaderConverter",
};

/** Nothing, or more than one plug-in, has the name. */
export class PluginNotFoundError extends Error {
  override readonly name = "PluginNotFoundError";
}

/** The plug-in is there, but in no version that the range allows. */
export class PluginVersionError extends ConfigError {
  readonly availableVersions: readonly string[];

  constructor(name: string, range: VersionRange, availableVersions: readonly string[]) {
    super(
      "CONFIG_INVALID",
      `Plugin ${name} not found that matches the version range ${range}, available versions: [${availableVersions.join(", ")}]`,
    );
    this.availableVersions = availableVersions;
  }
}

/** The plug-ins that this worker found: each class, and each version of it. */
export class Plugins {
  readonly #plugins: Plugin[] = [];
  /** By kind and asked name; plug-ins are only added while the worker starts. */
  readonly #found = new Map<string, readonly Plugin[]>();

  add(manifest: PluginManifest): void {
    for (const [name, create] of Object.entries(manifest.connectors ?? {})) {
      const kind = connectorKind(create);
      if (kind) this.#push({ kind, name, create } as never);
      else log.error({ code: "PLUGIN_INVALID", plugin: name }, "Neither source nor sink; left out");
    }
    const others = [
      ["transformation", manifest.transformations],
      ["predicate", manifest.predicates],
      ["converter", manifest.converters],
      ["header_converter", manifest.headerConverters],
    ] as const;
    for (const [kind, classes] of others) {
      for (const [name, create] of Object.entries(classes ?? {})) {
        this.#push({ kind, name, create } as never);
      }
    }
    this.#found.clear();
  }

  /** A class that cannot be made is told and left out; those beside it stay. */
  #push(plugin: Omit<Plugin, "version">): void {
    try {
      const { version } = new plugin.create() as { readonly version?: string };
      const isKnown = this.#plugins.some(
        (each) =>
          each.kind === plugin.kind && each.name === plugin.name && each.version === version,
      );
      if (!isKnown) this.#plugins.push({ ...plugin, version });
    } catch (error) {
      const fields = { code: "PLUGIN_FAILED", plugin: plugin.name };
      log.failure(error, fields, "The plug-in cannot be made and is left out");
    }
  }

  /** One entry per class and version: by kind, name, and version, the latest first. */
  list(kinds: readonly PluginKind[] = PLUGIN_KINDS): readonly Plugin[] {
    return kinds.flatMap((kind) =>
      this.#plugins.filter((plugin) => plugin.kind === kind).toSorted(byNameAndVersion),
    );
  }

  /** The names of a kind, each once. */
  names(kind: PluginKind): readonly string[] {
    return [...new Set(this.list([kind]).map(({ name }) => name))];
  }

  /**
   * The latest version of a plug-in, by full name, simple name, or simple name without its kind; undefined if
   * there is none, and if a short name is that of several classes, as in Kafka.
   */
  find<K extends PluginKind>(name: string, ...kinds: readonly K[]): Plugin<K> | undefined {
    return this.#named(name, kinds)[0] as Plugin<K> | undefined;
  }

  /** Why `find` finds nothing, for people. */
  whyNotFound(name: string, ...kinds: readonly PluginKind[]): string {
    const names = new Set(this.#matching(name, kinds).map((plugin) => plugin.name));
    return names.size > 1
      ? `More than one class is called ${name} for short: ${[...names].join(", ")}. Use the full class name.`
      : `Class ${name} could not be found.`;
  }

  /** The versions of a plug-in, the latest first. */
  versions(name: string, ...kinds: readonly PluginKind[]): readonly string[] {
    return this.#named(name, kinds).flatMap(({ version }) => version ?? []);
  }

  /**
   * The latest version within a range that a `…plugin.version` setting names; undefined if nothing has the
   * name. Throws ConfigError for a wrong range, PluginVersionError when no version is in it.
   */
  findVersion<K extends PluginKind>(
    name: string,
    range: string | null | undefined,
    ...kinds: readonly K[]
  ): Plugin<K> | undefined {
    return this.#inRange(this.#named(name, kinds), range) as Plugin<K> | undefined;
  }

  #inRange(found: readonly Plugin[], text: string | null | undefined): Plugin | undefined {
    const range = VersionRange.parse(text);
    if (!range || !found[0]) return found[0];
    const fitting = found.find(({ version }) => version !== undefined && range.contains(version));
    if (fitting) return fitting;
    const versions = found.map(({ version }) => version ?? "undefined");
    throw new PluginVersionError(found[0].name, range, versions);
  }

  /**
   * Throws PluginNotFoundError with Kafka's texts for none and for several, and what findVersion throws.
   */
  connector(name: string, range?: string | null): Plugin<"source" | "sink"> {
    const found = this.#matching(name, ["source", "sink"]);
    if (new Set(found.map((plugin) => plugin.name)).size === 1) {
      return this.#inRange(found, range) as Plugin<"source" | "sink">;
    }
    const list = (plugins: readonly Plugin[]): string =>
      plugins
        .map((plugin) => `PluginDesc{class=${plugin.name}, version='${plugin.version}'}`)
        .join(", ");
    throw new PluginNotFoundError(
      found.length > 1
        ? `More than one connector matches alias ${name}. Please use full package and class name instead. Classes found: ${list(found)}`
        : `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${list(this.list(["sink", "source"]))}`,
    );
  }

  /** All versions of the one class that has the name. */
  #named(name: string, kinds: readonly PluginKind[]): readonly Plugin[] {
    const found = this.#matching(name, kinds);
    return found.every((plugin) => plugin.name === found[0]?.name) ? found : [];
  }

  /** Classes that have the name, or the short name. */
  #matching(name: string, kinds: readonly PluginKind[]): readonly Plugin[] {
    const key = `${kinds.join()} ${name}`;
    const known = this.#found.get(key);
    if (known) return known;
    const candidates = this.list(kinds);
    const exact = candidates.filter((plugin) => plugin.name === name);
    const found = exact.length > 0 ? exact : candidates.filter((each) => hasAlias(each, name));
    // Only names that there are: what clients ask for has no end.
    if (found.length > 0) this.#found.set(key, found);
    return found;
  }
}

function hasAlias(plugin: Plugin, name: string): boolean {
  const simple = plugin.name.slice(plugin.name.lastIndexOf(".") + 1);
  const ending = ENDINGS[plugin.kind];
  return simple === name || (simple.endsWith(ending) && simple.slice(0, -ending.length) === name);
}

function byNameAndVersion(a: Plugin, b: Plugin): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return compareVersions(b.version ?? "", a.version ?? "");
}

function connectorKind(create: new () => Connector): "source" | "sink" | undefined {
  if (create.prototype instanceof SourceConnector) return "source";
  return create.prototype instanceof SinkConnector ? "sink" : undefined;
}
