import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SinkConnector, SourceConnector } from "#connect-api";
import type {
  Connector,
  Converter,
  HeaderConverter,
  PluginManifest,
  Predicate,
  Transformation,
} from "#connect-api";
import { getLogger } from "../logging/index.ts";

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

/** The plug-ins that this worker found. */
export class Plugins {
  readonly #plugins: Plugin[] = [];

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
  }

  #push(plugin: Omit<Plugin, "version">): void {
    const { version } = new plugin.create() as { readonly version?: string };
    this.#plugins.push({ ...plugin, version });
  }

  list(kinds: readonly PluginKind[] = PLUGIN_KINDS): readonly Plugin[] {
    return kinds.flatMap((kind) =>
      this.#plugins
        .filter((plugin) => plugin.kind === kind)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }

  /** The plug-in by full name, simple name, or simple name without its kind; undefined if there is none. */
  find<K extends PluginKind>(name: string, ...kinds: readonly K[]): Plugin<K> | undefined {
    return this.#matching(name, kinds)[0] as Plugin<K> | undefined;
  }

  /** Throws PluginNotFoundError with Kafka's texts for none and for several. */
  connector(name: string): Plugin<"source" | "sink"> {
    const found = this.#matching(name, ["source", "sink"]);
    if (found.length === 1) return found[0] as Plugin<"source" | "sink">;
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

  #matching(name: string, kinds: readonly PluginKind[]): readonly Plugin[] {
    const candidates = this.list(kinds);
    const exact = candidates.filter((plugin) => plugin.name === name);
    if (exact.length > 0) return exact;
    return candidates.filter((plugin) => {
      const simple = plugin.name.slice(plugin.name.lastIndexOf(".") + 1);
      const ending = ENDINGS[plugin.kind];
      return (
        simple === name || (simple.endsWith(ending) && simple.slice(0, -ending.length) === name)
      );
    });
  }
}

function connectorKind(create: new () => Connector): "source" | "sink" | undefined {
  if (create.prototype instanceof SourceConnector) return "source";
  return create.prototype instanceof SinkConnector ? "sink" : undefined;
}

const productRoot = resolve(fileURLToPath(import.meta.url), "../../..");
const BUILT_IN = ["connectors", "transforms", "converters"].map((name) => join(productRoot, name));

/**
 * Loads the built-in plug-ins and those of `plugin.path`: every folder with an `index.ts` or `index.js`,
 * at most two levels down. A plug-in that fails to load is logged and left out; the worker goes on.
 */
export async function loadPlugins(pluginPath: readonly string[]): Promise<Plugins> {
  const plugins = new Plugins();
  for (const entry of [...BUILT_IN, ...pluginPath].flatMap((path) => entriesIn(resolve(path), 2))) {
    try {
      const module = (await import(pathToFileURL(entry).href)) as { default?: PluginManifest };
      if (module.default) plugins.add(module.default);
    } catch (error) {
      log.failure(error, { code: "PLUGIN_FAILED", file: entry }, "The plug-in could not be loaded");
    }
  }
  return plugins;
}

function entriesIn(folder: string, depth: number): string[] {
  if (!existsSync(folder)) {
    log.warn({ code: "PLUGIN_PATH_MISSING", folder }, "The folder of plugin.path does not exist");
    return [];
  }
  const entry = ["index.ts", "index.js"].map((name) => join(folder, name)).find(existsSync);
  if (entry) return [entry];
  if (depth === 0) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((child) => child.isDirectory() && child.name !== "node_modules")
    .flatMap((child) => entriesIn(join(folder, child.name), depth - 1));
}
