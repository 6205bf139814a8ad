import type { Connector } from "./connector.ts";
import type { Converter, HeaderConverter } from "./converter.ts";
import type { Predicate, Transformation } from "./transformation.ts";

/**
 * What the `index.ts` of a plug-in exports by default. Keys are class names as written in
 * `connector.class`, `transforms.A.type`, …: Kafka's full Java name for a plug-in that Kafka has
 * (`org.apache.kafka.connect.transforms.RegexRouter`), our own class name for the rest. The worker
 * also accepts the simple name, and the simple name without its kind (`FileStreamSource`).
 */
export interface PluginManifest {
  readonly connectors?: Readonly<Record<string, new () => Connector>>;
  readonly transformations?: Readonly<Record<string, new () => Transformation>>;
  readonly predicates?: Readonly<Record<string, new () => Predicate>>;
  readonly converters?: Readonly<Record<string, new () => Converter>>;
  readonly headerConverters?: Readonly<Record<string, new () => HeaderConverter>>;
}
