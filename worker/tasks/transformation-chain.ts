import { ConfigError } from "#connect-api";
import type { ConnectRecord, PluginMetrics, Predicate, Props, Transformation } from "#connect-api";
import { withPrefix } from "../config/worker-config.ts";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";
import type { Plugins } from "../plugins/plugins.ts";

interface Link {
  readonly name: string;
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
  readonly #predicates: readonly Predicate[];

  private constructor(links: readonly Link[], predicates: readonly Predicate[]) {
    this.#links = links;
    this.#predicates = predicates;
  }

  /** `metricsOf` gives each alias its metrics. Throws ConfigError for classes that do not exist. */
  static make(
    plugins: Plugins,
    props: Props,
    metricsOf: (alias: string) => PluginMetrics,
  ): TransformationChain {
    const predicates = new Map<string, Predicate>();
    const predicateFor = (alias: string): Predicate => {
      const known = predicates.get(alias);
      if (known) return known;
      const own = withPrefix(props, `predicates.${alias}.`);
      const key = `predicates.${alias}.type`;
      if (own["type"] === undefined) {
        throw new ConfigError("CONFIG_MISSING", `Unknown configuration '${key}'`, { key });
      }
      const plugin = plugins.findVersion(own["type"], own["plugin.version"], "predicate");
      if (!plugin) throw notFound(key, own["type"]);
      const predicate = new plugin.create();
      predicate.configure(own);
      predicates.set(alias, predicate);
      return predicate;
    };
    const aliases = (props["transforms"] ?? "").split(",").map((alias) => alias.trim());
    const links = aliases
      .filter((alias) => alias !== "")
      .map((alias): Link => {
        const own = withPrefix(props, `transforms.${alias}.`);
        const type = own["type"] ?? "";
        const plugin = plugins.findVersion(type, own["plugin.version"], "transformation");
        if (!plugin) throw notFound(`transforms.${alias}.type`, type);
        const transformation = new plugin.create();
        transformation.withPluginMetrics(metricsOf(alias));
        transformation.configure(own);
        return {
          name: plugin.name,
          transformation,
          predicate: own["predicate"] === undefined ? undefined : predicateFor(own["predicate"]),
          isNegated: own["negate"]?.toLowerCase() === "true",
        };
      });
    return new TransformationChain(links, [...predicates.values()]);
  }

  get isEmpty(): boolean {
    return this.#links.length === 0;
  }

  /**
   * What becomes of a record: the records to deliver (none when it was filtered), or undefined when it
   * failed and is to be skipped. Throws when the task has to fail.
   */
  async apply<R extends ConnectRecord>(
    record: R,
    errors: ErrorHandler,
    failed: () => FailedRecord,
  ): Promise<readonly R[] | undefined> {
    let records: readonly R[] = [record];
    for (const link of this.#links) {
      const current = records;
      const outcome = await errors.run("TRANSFORMATION", link.name, failed, () =>
        applyLink(link, current),
      );
      if (!outcome) return undefined;
      records = outcome.value;
      if (records.length === 0) break;
    }
    return records;
  }

  close(): void {
    for (const { transformation } of this.#links) transformation.close();
    for (const predicate of this.#predicates) predicate.close();
  }
}

function applyLink<R extends ConnectRecord>(link: Link, records: readonly R[]): readonly R[] {
  const made: R[] = [];
  for (const record of records) {
    if (link.predicate && link.predicate.test(record) === link.isNegated) {
      made.push(record);
      continue;
    }
    const result = link.transformation.apply(record);
    if (result === null) continue;
    if (isSeveral(result)) made.push(...result);
    else made.push(result);
  }
  return made;
}

function isSeveral<R>(result: R | readonly R[]): result is readonly R[] {
  return Array.isArray(result);
}

function notFound(key: string, type: string): ConfigError {
  const message = `Invalid value ${type} for configuration ${key}: Class ${type} could not be found.`;
  return new ConfigError("CONFIG_INVALID", message, { key });
}
