import { ConfigError } from "#connect-api";
import type { Converter, ConverterType, HeaderConverter, Props } from "#connect-api";
import { withPrefix } from "../config/worker-config.ts";
import type { Plugins } from "../plugins/plugins.ts";

export interface Converters {
  readonly key: Named<Converter>;
  readonly value: Named<Converter>;
  readonly header: Named<HeaderConverter>;
}

/** A plug-in instance with the name by which error reports call it. */
export interface Named<T> {
  readonly name: string;
  readonly version: string | undefined;
  readonly instance: T;
}

/**
 * The converters of a task: the connector's if it names them, otherwise the worker's.
 *
 * `output.` as prefix gives those of a topic stream's output, which fall back to those of its input.
 */
export function makeConverters(
  plugins: Plugins,
  worker: Props,
  connector: Props,
  prefix: "" | "output." = "",
): Converters {
  const sources: readonly (readonly [Props, string])[] =
    prefix === ""
      ? [
          [connector, ""],
          [worker, ""],
        ]
      : [
          [connector, prefix],
          [connector, ""],
          [worker, ""],
        ];
  const make = (type: ConverterType): Named<Converter> => {
    const { name, version, props } = settingsOf(sources, `${type}.converter`);
    const plugin = plugins.findVersion(name, version, "converter");
    if (!plugin) throw unknownClass(plugins, `${type}.converter`, name, "converter");
    const instance = new plugin.create();
    instance.configure({ ...props, "converter.type": type }, type);
    return { name: plugin.name, version: plugin.version, instance };
  };
  return { key: make("key"), value: make("value"), header: headerConverter(plugins, sources) };
}

function headerConverter(
  plugins: Plugins,
  sources: readonly (readonly [Props, string])[],
): Named<HeaderConverter> {
  const { name, version, props } = settingsOf(sources, "header.converter");
  const plugin = plugins.findVersion(name, version, "header_converter");
  if (!plugin) throw unknownClass(plugins, "header.converter", name, "header_converter");
  const instance = new plugin.create();
  instance.configure({ ...props, "converter.type": "header" });
  return { name: plugin.name, version: plugin.version, instance };
}

const DEFAULTS: Props = {
  "header.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter",
};

/** The first source that names the converter also gives its settings. */
function settingsOf(
  sources: readonly (readonly [Props, string])[],
  key: string,
): { readonly name: string; readonly version?: string | undefined; readonly props: Props } {
  for (const [props, prefix] of sources) {
    const name = props[prefix + key];
    if (!name) continue;
    const { "plugin.version": version, ...own } = withPrefix(props, `${prefix}${key}.`);
    return { name, version, props: own };
  }
  return { name: DEFAULTS[key] ?? "", props: {} };
}

function unknownClass(
  plugins: Plugins,
  key: string,
  name: string,
  kind: "converter" | "header_converter",
): ConfigError {
  const message = `Invalid value ${name} for configuration ${key}: ${plugins.whyNotFound(name, kind)}`;
  return new ConfigError("CONFIG_INVALID", message, { key });
}
