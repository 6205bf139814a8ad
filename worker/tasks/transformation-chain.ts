import { ConfigError } from "#connect-api";
import type {
  Awaitable,
  ConnectRecord,
  PluginMetrics,
  Predicate,
  Props,
  Transformation,
} from "#connect-api";
import { withPrefix } from "../config/worker-config.ts";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";
import type { Plugins } from "../plugins/plugins.ts";

/** A plug-in of a chain, as metrics show it. */
export interface ChainPlugin {
  readonly alias: string;
  readonly name: string;
  readonly version: string | undefined;
}

interface Link extends ChainPlugin {
  readonly transformation: Transformation;
  readonly predicate: Predicate | undefined;
  readonly isNegated: boolean;
}

/**
 * The transformations of one task, in order. A link may turn a record into several; each of them goes
 * through the rest of the chain, and if one fails, the whole of the original fails.
 *
 * Source: org.apache.kafka.connect.runtime.TransformationChain.
 */
export class TransformationChain {
  readonly #links: readonly Link[];
  readonly #predicates: readonly (ChainPlugin & { readonly instance: Predicate })[];

  private constructor(
    links: readonly Link[],
    predicates: readonly (ChainPlugin & { readonly instance: Predicate })[],
  ) {
    this.#links = links;
    this.#predicates = predicates;
  }

  /** `metricsOf` gives each alias its metrics. Throws ConfigError for classes that do not exist. */
  static make(
    plugins: Plugins,
    props: Props,
    metricsOf: (alias: string) => PluginMetrics,
  ): TransformationChain {
    const predicates = new Map<string, ChainPlugin & { readonly instance: Predicate }>();
    const predicateFor = (alias: string): Predicate => {
      const known = predicates.get(alias);
      if (known) return known.instance;
      const own = withPrefix(props, `predicates.${alias}.`);
      const key = `predicates.${alias}.type`;
      if (own["type"] === undefined) {
        throw new ConfigError("CONFIG_MISSING", `Unknown configuration '${key}'`, { key });
      }
      const plugin = plugins.findVersion(own["type"], own["plugin.version"], "predicate");
      if (!plugin) throw notFound(key, own["type"], plugins, "predicate");
      const instance = new plugin.create();
      instance.configure(own);
      predicates.set(alias, { alias, name: plugin.name, version: plugin.version, instance });
      return instance;
    };
    const aliases = (props["transforms"] ?? "").split(",").map((alias) => alias.trim());
    const links = aliases
      .filter((alias) => alias !== "")
      .map((alias): Link => {
        const own = withPrefix(props, `transforms.${alias}.`);
        const type = own["type"] ?? "";
        const plugin = plugins.findVersion(type, own["plugin.version"], "transformation");
        if (!plugin) throw notFound(`transforms.${alias}.type`, type, plugins, "transformation");
        const transformation = new plugin.create();
        transformation.withPluginMetrics(metricsOf(alias));
        transformation.configure(own);
        return {
          alias,
          name: plugin.name,
          version: plugin.version,
          transformation,
          predicate: own["predicate"] === undefined ? undefined : predicateFor(own["predicate"]),
          isNegated: own["negate"]?.toLowerCase() === "true",
        };
      });
    return new TransformationChain(links, [...predicates.values()]);
  }

  get transformations(): readonly ChainPlugin[] {
    return this.#links;
  }
  get predicates(): readonly ChainPlugin[] {
    return this.#predicates;
  }

  /**
   * What becomes of a record: the records to deliver (none when it was filtered), or undefined when it
   * failed and is to be skipped. Throws when the task has to fail.
   */
  apply<R extends ConnectRecord>(
    record: R,
    errors: ErrorHandler,
    failed: () => FailedRecord,
  ): Awaitable<readonly R[] | undefined> {
    return this.#applyFrom(0, [record], errors, failed);
  }

  /** Goes on at a link; waits for nothing unless one fails. */
  #applyFrom<R extends ConnectRecord>(
    start: number,
    given: readonly R[],
    errors: ErrorHandler,
    failed: () => FailedRecord,
  ): Awaitable<readonly R[] | undefined> {
    let records = given;
    for (let index = start; index < this.#links.length && records.length > 0; index += 1) {
      const link = this.#links[index] as Link;
      const current = records;
      try {
        records = applyLink(link, current);
      } catch (error) {
        const failure = { stage: "TRANSFORMATION", className: link.name, error } as const;
        return errors
          .recover(failure, failed, () => applyLink(link, current))
          .then((outcome) => outcome && this.#applyFrom(index + 1, outcome.value, errors, failed));
      }
    }
    return records;
  }

  close(): void {
    for (const { transformation } of this.#links) transformation.close();
    for (const { instance } of this.#predicates) instance.close();
  }
}

function applyLink<R extends ConnectRecord>(link: Link, records: readonly R[]): readonly R[] {
  const [only] = records;
  // The common case, without copies.
  if (only !== undefined && records.length === 1) {
    const made = applyTo(link, only);
    if (made === only) return records;
    if (made === null) return [];
    return isSeveral(made) ? made : [made];
  }
  const all: R[] = [];
  for (const record of records) {
    const made = applyTo(link, record);
    if (made === null) continue;
    if (isSeveral(made)) all.push(...made);
    else all.push(made);
  }
  return all;
}

function applyTo<R extends ConnectRecord>(link: Link, record: R): R | null | readonly R[] {
  if (link.predicate && link.predicate.test(record) === link.isNegated) return record;
  return link.transformation.apply(record);
}

function isSeveral<R>(result: R | readonly R[]): result is readonly R[] {
  return Array.isArray(result);
}

function notFound(
  key: string,
  type: string,
  plugins: Plugins,
  kind: "transformation" | "predicate",
): ConfigError {
  const message = `Invalid value ${type} for configuration ${key}: ${plugins.whyNotFound(type, kind)}`;
  return new ConfigError("CONFIG_INVALID", message, { key });
}
