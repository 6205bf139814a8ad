import { existsSync, readFileSync, readdirSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { PluginManifest } from "#connect-api";
import { getLogger } from "../logging/index.ts";
import { Plugins } from "./plugins.ts";

const log = getLogger("worker.plugins");

const productRoot = resolve(fileURLToPath(import.meta.url), "../../..");
const BUILT_IN = ["connectors", "transforms", "converters"].map((name) => join(productRoot, name));
const CONTRACT = pathToFileURL(join(productRoot, "connect-api/index.ts")).href;

/** An npm package is a plug-in when its package.json has this keyword. */
const KEYWORD = "clinical-connect-plugin";
/** The name under which every plug-in, wherever it lies, imports the contract of the worker that loads it. */
const CONTRACT_NAME = "clinical-connect";

let isContractNamed = false;

/**
 * Loads the built-in plug-ins and those of `plugin.path`: every folder with an `index.ts` or `index.js`, at
 * most two levels down, and every npm package with the keyword `clinical-connect-plugin` in a `node_modules`
 * beside them. A plug-in that fails to load is logged and left out; the worker goes on.
 */
export async function loadPlugins(pluginPath: readonly string[]): Promise<Plugins> {
  nameContract();
  const plugins = new Plugins();
  const entries = [...BUILT_IN, ...pluginPath].flatMap((path) => entriesOf(resolve(path)));
  for (const entry of new Set(entries)) {
    try {
      const module = (await import(pathToFileURL(entry).href)) as { default?: PluginManifest };
      if (isManifest(module.default)) plugins.add(module.default);
      else log.error({ code: "PLUGIN_INVALID", file: entry }, "No manifest is exported; left out");
    } catch (error) {
      log.failure(error, { code: "PLUGIN_FAILED", file: entry }, "The plug-in could not be loaded");
    }
  }
  return plugins;
}

function isManifest(value: unknown): value is PluginManifest {
  return typeof value === "object" && value !== null;
}

/** One contract for all: a copy of it in a package would make classes that the worker does not know. */
function nameContract(): void {
  if (isContractNamed) return;
  isContractNamed = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === CONTRACT_NAME
        ? { url: CONTRACT, format: "module-typescript", shortCircuit: true }
        : next(specifier, context),
  });
}

function entriesOf(folder: string): string[] {
  if (!existsSync(folder)) {
    log.warn({ code: "PLUGIN_PATH_MISSING", folder }, "The folder of plugin.path does not exist");
    return [];
  }
  try {
    return entriesIn(folder, 2);
  } catch (error) {
    log.failure(error, { code: "PLUGIN_PATH_UNREADABLE", folder }, "The folder cannot be read");
    return [];
  }
}

function entriesIn(folder: string, depth: number): string[] {
  const packaged = packageEntry(folder);
  if (packaged !== undefined) return [packaged];
  const entry = ["index.ts", "index.js"].map((name) => join(folder, name)).find(existsSync);
  if (entry) return [entry];
  const children = readdirSync(folder, { withFileTypes: true }).filter(
    (child) => child.isDirectory() || child.isSymbolicLink(),
  );
  return children.flatMap((child) => {
    const path = join(folder, child.name);
    if (child.name === "node_modules") return packagesIn(path);
    return depth > 0 && child.isDirectory() ? entriesIn(path, depth - 1) : [];
  });
}

/** Packages of a `node_modules`, scoped ones too, that say that they are plug-ins. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name.startsWith("@")) return readdirSync(path).flatMap((each) => entry(join(path, each)));
    return name.startsWith(".") ? [] : entry(path);
  });
  function entry(path: string): string[] {
    const found = packageEntry(path);
    return found === undefined ? [] : [found];
  }
}

/** The file that a package gives to its importers; undefined when it is no plug-in. */
function packageEntry(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  try {
    const { keywords, exports, main } = JSON.parse(readFileSync(file, "utf8")) as {
      readonly keywords?: readonly string[];
      readonly exports?: unknown;
      readonly main?: string;
    };
    if (!Array.isArray(keywords) || !keywords.includes(KEYWORD)) return undefined;
    return join(folder, exportedFile(exports) ?? main ?? "index.js");
  } catch (error) {
    log.failure(error, { code: "PLUGIN_FAILED", file }, "The package could not be read");
    return undefined;
  }
}

/** The main file of a package's `exports`, for those who import it. */
function exportedFile(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return undefined;
  const { ".": main, import: imported, node, default: other } = exports as Record<string, unknown>;
  return exportedFile(main ?? imported ?? node ?? other);
}
