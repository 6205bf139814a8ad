import type { ConfigKeys, Connector, Props } from "#connect-api";
import { ConfigError } from "#connect-api";
import { converterTypeKey } from "../config/converter-check.ts";
import { keyInfo } from "../config/checked-config.ts";
import {
  frameworkKeys,
  reportMissingVersion,
  validateConnector,
} from "../config/validate-connector.ts";
import type { ValidatingWorker } from "../config/validate-connector.ts";
import { PLUGIN_KINDS, PluginNotFoundError, PluginVersionError } from "../plugins/plugins.ts";
import type { Plugin } from "../plugins/plugins.ts";
import { HerderError } from "./herder.ts";
import type { ConfigInfos, ConfigKeyInfo, PluginInfo, RawConfig } from "./herder.ts";

/** What REST asks about plug-ins. Any worker answers it alone. */
export class PluginRequests {
  readonly #worker: ValidatingWorker;

  constructor(worker: ValidatingWorker) {
    this.#worker = worker;
  }

  list({ connectorsOnly }: { readonly connectorsOnly: boolean }): readonly PluginInfo[] {
    const kinds = connectorsOnly ? (["sink", "source"] as const) : PLUGIN_KINDS;
    return this.#worker.plugins.list(kinds).map(({ name, kind, version }) => ({
      class: name,
      type: kind,
      ...(version === undefined ? {} : { version }),
    }));
  }

  /** The plug-in's own keys, then for a connector the framework's. */
  config(name: string, range?: string): readonly ConfigKeyInfo[] {
    const { plugins } = this.#worker;
    const plugin = this.#inRange(name, range);
    if (!plugin) throw new HerderError(404, `Unknown plugin ${name}.`);
    const instance = new plugin.create();
    const type = plugin.kind.endsWith("converter") ? converterTypeKey : {};
    const own: ConfigKeys = { ...type, ...instance.config().keys };
    const latest = plugins.versions(plugin.name, plugin.kind)[0];
    const isConnector = plugin.kind === "source" || plugin.kind === "sink";
    const framework: ConfigKeys = isConnector
      ? frameworkKeys(instance as Connector, plugin.kind, latest)
      : {};
    const ownNames = new Set(Object.keys(own));
    return [
      ...Object.entries(own),
      ...Object.entries(framework).filter(([key]) => !ownNames.has(key)),
    ].map(([key, definition], index) => keyInfo(key, definition, index + 1));
  }

  #inRange(name: string, range: string | undefined): Plugin | undefined {
    try {
      return this.#worker.plugins.findVersion(name, range, ...PLUGIN_KINDS);
    } catch (error) {
      if (error instanceof ConfigError) throw new HerderError(400, error.message);
      throw error;
    }
  }

  /**
   * `requested` is the type of the request's path; undefined when there is none to agree with. What a provider
   * resolves is checked, and in the report stands as it was written.
   */
  async validate(requested: string | undefined, written: RawConfig): Promise<ConfigInfos> {
    const config = this.#resolved(written);
    const infos = await this.#validate(requested, config);
    return config === written ? infos : withoutSecrets(infos, written, config);
  }

  #resolved(written: RawConfig): RawConfig {
    const { providers } = this.#worker;
    if (!providers) return written;
    try {
      return providers.resolve(written as Props).props;
    } catch (error) {
      if (error instanceof ConfigError) throw new HerderError(400, error.message, { cause: error });
      throw error;
    }
  }

  async #validate(requested: string | undefined, config: RawConfig): Promise<ConfigInfos> {
    const type = config["connector.class"];
    if (type === undefined || type === null) {
      // Kafka shows the whole config here, secrets and all.
      const name = config["name"];
      const shown = name === undefined || name === null ? "" : `name=${name}`;
      throw new HerderError(400, `Connector config {${shown}} contains no connector type`);
    }
    if (requested !== undefined && !isSameType(type, requested)) {
      const message = `Included connector type ${type} does not match request type ${requested}`;
      throw new HerderError(400, message);
    }
    const { plugins } = this.#worker;
    try {
      const plugin = plugins.connector(type, config["connector.plugin.version"]);
      return await validateConnector(this.#worker, plugin, config);
    } catch (error) {
      if (error instanceof PluginVersionError) {
        return reportMissingVersion(this.#worker, plugins.connector(type), config, error);
      }
      if (!(error instanceof PluginNotFoundError) && !(error instanceof ConfigError)) throw error;
      throw new HerderError(400, error.message, { cause: error });
    }
  }
}

const SECRET_LENGTH_MIN = 4;

/** The report with placeholders in the place of the values that they stand for. */
function withoutSecrets(infos: ConfigInfos, written: RawConfig, resolved: RawConfig): ConfigInfos {
  const secrets = Object.entries(written).flatMap(([key, text]) => {
    const value = resolved[key];
    return typeof text === "string" && typeof value === "string" && value !== text && value !== ""
      ? [{ key, text, value }]
      : [];
  });
  const hidden = (text: string): string =>
    secrets.reduce((shown, { value, text: placeholder }) => {
      if (shown === value) return placeholder;
      // A short value is part of many words.
      return value.length < SECRET_LENGTH_MIN ? shown : shown.replaceAll(value, placeholder);
    }, text);
  return mapTexts(infos, hidden) as ConfigInfos;
}

/** A value may stand anywhere: that of `transforms` becomes part of keys and groups. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)]),
  );
}

function isSameType(included: string, requested: string): boolean {
  const plain = (name: string): string => name.replace(/Connector$/, "");
  return plain(included).endsWith(plain(requested));
}
