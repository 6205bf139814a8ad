import { ConfigDef } from "#connect-api";
import type { Props } from "#connect-api";
import { CachingRegistry, GlueRegistry } from "#lib/schema-registry";
import type { RegistrySettings } from "../registry-settings.ts";
import { glueKeys } from "./glue-config.ts";

const definition = new ConfigDef(glueKeys);

const MISSING_MS = 60_000;
/** As AWS's client waits: ten times three seconds. */
const POLL_MS = 3000;
const POLLS_MAX = 10;
const CONCURRENCY = 4;

/** Settings with the keys of AWS's converters. Throws ConfigError. */
export function glueSettings(props: Props): RegistrySettings {
  const config = definition.parse(props);
  const latestMs = config["timeToLiveMillis"];
  const registry = new GlueRegistry({
    client: {
      ...(config["region"] ? { region: config["region"] } : {}),
      ...(config["endpoint"] ? { endpoint: config["endpoint"] } : {}),
    },
    registryName: config["registry.name"],
    compatibility: config["compatibility"],
    description: config["description"] ?? undefined,
    tags: {},
    pollMs: POLL_MS,
    pollsMax: POLLS_MAX,
    concurrency: CONCURRENCY,
  });
  const name = config["schemaName"];
  return {
    registry: new CachingRegistry(registry, {
      sizeMax: config["cacheSize"],
      missingMs: MISSING_MS,
      latestMs,
    }),
    format: config["compression"] === "ZLIB" ? "glue-zlib" : "glue",
    useId: "contentId",
    zero: "id",
    subjectOf: (topic) => name ?? topic,
    choice: {
      autoRegister: config["schemaAutoRegistrationEnabled"],
      normalize: false,
      id: undefined,
      guid: undefined,
      metadata: undefined,
      latest: config["use.latest.version"],
      isIdStrict: true,
      isLatestStrict: true,
      policy: config["schema.policy"] as "clinical" | "none",
      consumersUrl: config["schema.policy.consumers.url"] ?? undefined,
    },
    recordSchemas: config["record.schemas"] as RegistrySettings["recordSchemas"],
    latestMs,
    schemasMax: config["cacheSize"],
  };
}
